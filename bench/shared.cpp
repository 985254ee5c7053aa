// Nothing of its own: the shared library needs one source beside the archive that it takes in.
