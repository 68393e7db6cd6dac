"""What must hold for any input, and the search for inputs where it does not."""
