"""If this part misbehaves tomorrow, what happens next: asked of the model alone, before the incident."""
