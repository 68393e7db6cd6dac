"""An author's SVG as a diagram: where its parts are, and the same picture with one of them hidden or marked."""
