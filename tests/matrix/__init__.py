"""What tests/test_matrix.py needs: a learner with a real Anki (`driver`), and an author with releases (`story`)."""

import pytest

pytest.register_assert_rewrite("matrix.story")
