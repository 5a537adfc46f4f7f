namespace Pangu.Serving;

/// <summary>Where a server listens and what it lets in.</summary>
public sealed record ServerSettings
{
    /// <summary>Address to listen on. Default 127.0.0.1: this machine alone.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port to listen on; 0 takes a free one. Default 8080.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>File with one key a line (<c>key</c> or <c>name: key</c>, <c>#</c> begins a comment); null lets everybody in.</summary>
    public string? KeysFile { get; init; }

    /// <summary>What one request may ask for.</summary>
    public ServerLimits Limits { get; init; } = new();
}

/// <summary>What one request may ask for, so that none can take the process down. Beyond it a request gets an error that names the limit.</summary>
public sealed record ServerLimits
{
    /// <summary>Most bytes of a body. Default 16 MiB.</summary>
    public long BodyBytes { get; init; } = 16 << 20;

    /// <summary>Most steps to forecast. Default 10,000; the model's own limit holds too.</summary>
    public int Horizon { get; init; } = 10_000;

    /// <summary>Most series in a request. Default 1,024.</summary>
    public int Series { get; init; } = 1024;

    /// <summary>Most channels of a series. Default 4,096.</summary>
    public int Channels { get; init; } = 4096;

    /// <summary>Most numbers in an answer. Default 4 million.</summary>
    public long AnswerValues { get; init; } = 4_000_000;

    /// <summary>Most tokens of a prompt. Default 32,768; the model's own limit holds too.</summary>
    public int PromptTokens { get; init; } = 32_768;

    /// <summary>Most tokens to make for one choice. Default 8,192.</summary>
    public int CompletionTokens { get; init; } = 8192;

    /// <summary>Most choices of a request, over all its prompts. Default 16.</summary>
    public int Choices { get; init; } = 16;

    /// <summary>Requests that are worked on at once; the next ones wait. Default 4.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Requests that may wait; further ones get 429. Default 64.</summary>
    public int Queue { get; init; } = 64;
}
