"""A card's tokens → the HTML that Anki stores."""
