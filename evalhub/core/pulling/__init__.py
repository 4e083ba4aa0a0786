"""Rules of asking endpoints: what is asked, what came back, when to ask again."""
