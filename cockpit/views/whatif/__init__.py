"""What if: the answer in sentences, on the screen, as text, as a document and as a picture."""
