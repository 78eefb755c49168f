/// Members of OpenAI's requests that have a place of their own in ours, and which: `extra` must not repeat them.
enum OpenAIFields {
    private static let sampling = [
        "temperature": "sampling.temperature", "top_p": "sampling.top_p", "max_tokens": "sampling.max_tokens",
        "stop": "sampling.stop", "seed": "sampling.seed", "presence_penalty": "sampling.presence_penalty",
        "frequency_penalty": "sampling.frequency_penalty", "n": "sampling.n", "logit_bias": "sampling.logit_bias",
        "user": "sampling.user", "model": "model", "stream": "stream", "stream_options": "stream",
    ]

    static let chat = sampling.merging([
        "messages": "messages", "tools": "tools", "tool_choice": "tool_choice",
        "parallel_tool_calls": "parallel_tool_calls", "response_format": "response_format",
    ]) { $1 }

    static let completion = sampling.merging(["prompt": "prompt", "suffix": "suffix", "echo": "echo"]) { $1 }

    static let embedding = [
        "model": "model", "input": "inputs", "dimensions": "dimensions", "user": "user",
        "encoding_format": "that the gateway sets",
    ]

    static let message = [
        "role": "role", "content": "text", "name": "name", "tool_call_id": "tool_call_id", "tool_calls": "tool_calls",
    ]
}
