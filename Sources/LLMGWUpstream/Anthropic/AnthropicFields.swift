/// Members of Anthropic's requests that have a place of their own in ours, and which: `extra` must not repeat them.
enum AnthropicFields {
    static let chat = [
        "model": "model", "messages": "messages", "system": "messages", "max_tokens": "sampling.max_tokens",
        "temperature": "sampling.temperature", "top_p": "sampling.top_p", "stop_sequences": "sampling.stop",
        "metadata": "sampling.user", "tools": "tools", "tool_choice": "tool_choice", "stream": "stream",
    ]

    static let message = ["role": "role", "content": "text"]
    static let toolResult = ["type": "role", "tool_use_id": "tool_call_id", "content": "text"]
}
