SENTENCES: dict[str, object] = {}
