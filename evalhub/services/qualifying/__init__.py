"""Keep what people are qualified for, and let into a project's work whom it asks for."""
