"""`recto preview`: every card as Anki shows it, on a local page that follows the author's edits or as a static site."""
