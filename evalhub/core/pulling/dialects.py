"""Name the ways in which servers are spoken to."""

from enum import StrEnum


class DialectName(StrEnum):
    """A way to ask a server, by the name under which it is stored."""

    CHAT_COMPLETIONS = "chat_completions"
    """OpenAI's chat completions, which most servers speak, each with an accent of its own."""
    RESPONSES = "responses"
    """OpenAI's responses, the newer of its two interfaces."""
    ANTHROPIC_MESSAGES = "anthropic_messages"
    """Anthropic's messages."""
    GEMINI = "gemini"
    """Google's generateContent, on the Gemini API or on Vertex AI."""
    AZURE_OPENAI = "azure_openai"
    """Chat completions of a deployment on Azure, with its own addresses and header."""
