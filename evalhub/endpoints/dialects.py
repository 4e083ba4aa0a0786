"""Know every dialect by the name under which endpoints store it."""

from collections.abc import Mapping

from evalhub.core.pulling.dialects import DialectName
from evalhub.endpoints.anthropic_messages import AnthropicMessages
from evalhub.endpoints.azure_openai import AzureOpenAI
from evalhub.endpoints.chat_completions import ChatCompletions
from evalhub.endpoints.gemini import Gemini
from evalhub.endpoints.protocol import Dialect
from evalhub.endpoints.responses import Responses

DIALECTS: Mapping[str, Dialect] = {
    DialectName.CHAT_COMPLETIONS: ChatCompletions(),
    DialectName.RESPONSES: Responses(),
    DialectName.ANTHROPIC_MESSAGES: AnthropicMessages(),
    DialectName.GEMINI: Gemini(),
    DialectName.AZURE_OPENAI: AzureOpenAI(),
}
"""Every dialect that can be asked."""
