"""Take in what experts say of rubrics, decide about it, and turn it into versions."""
