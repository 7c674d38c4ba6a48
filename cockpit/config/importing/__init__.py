"""What exists elsewhere, made into files of ours: drafts and overlays in which every guess says so."""
