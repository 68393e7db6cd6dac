"""What of the syllabus the cards cover: worked out once, shown as text, as JSON, as a page."""
