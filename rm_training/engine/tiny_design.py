"""What a tiny base is like: its special tokens, its chat template, its fixed sizes."""

PAD, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
HEAD_SIZE = 32
MAX_POSITIONS = 4096

# ChatML: each message between its marks, the role on the first line.
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '" + START + "' + message['role'] + '\\n' + message['content'] + '" + END + "\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '" + START + "assistant\\n' }}{% endif %}"
)

# Runs of letters, digits one by one, punctuation, white space: merges never cross from one kind into another.
SPLIT = r"\p{L}+|\p{N}|[^\s\p{L}\p{N}]+|\s+"
