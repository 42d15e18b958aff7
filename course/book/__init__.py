"""The course as a printed book: a PDF by Jupyter Book (MyST) and Typst, for learners and for instructors."""
