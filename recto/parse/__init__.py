"""Text → cards: front matter, Markdown tokens with places, headings, fields."""
