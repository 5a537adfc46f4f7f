using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pangu.Core;

namespace Pangu.Serving.Http;

/// <summary>Who may call: bearer keys, kept and compared as hashes in constant time.</summary>
internal sealed class KeyFile
{
    private const string Scheme = "Bearer ";

    private readonly byte[][] _hashes;

    private KeyFile(byte[][] hashes) => _hashes = hashes;

    /// <summary>Reads a file of keys.</summary>
    /// <exception cref="PanguException">There is no such file, or it holds no key.</exception>
    public static KeyFile Read(string path)
    {
        if (!File.Exists(path))
        {
            throw PanguException.Missing("keys-file", $"There is no keys file {path}; expected one key a line.");
        }

        var keys = File.ReadLines(path).Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0)
            .Select(line => line[(line.LastIndexOf(':') + 1)..].Trim()).Where(key => key.Length > 0).ToList();
        return keys.Count > 0
            ? new KeyFile([.. keys.Select(key => SHA256.HashData(Encoding.UTF8.GetBytes(key)))])
            : throw PanguException.Usage("keys-file", $"The keys file {path} holds no key; expected one key a line ('key' or 'name: key').");
    }

    /// <summary>Whether a request brings one of the keys.</summary>
    public bool Admits(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()));
        var admitted = false;
        foreach (var known in _hashes)
        {
            admitted |= CryptographicOperations.FixedTimeEquals(known, hash);
        }

        return admitted;
    }
}
