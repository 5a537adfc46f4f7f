using System.Buffers;
using System.Text;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Pangu.Core;

namespace Pangu.Modalities.Text;

/// <summary>Reads text files: UTF-8, with or without a byte order mark. Nothing is guessed and nothing is replaced.</summary>
public static class TextFile
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lineEnds">What becomes of line ends.</param>
    /// <returns>The text, without byte order mark.</returns>
    /// <exception cref="PanguException">The file is missing, too long, or no UTF-8; the message names the first bad byte.</exception>
    public static string Read(string path, LineEnds lineEnds = LineEnds.Keep)
    {
        if (!File.Exists(path))
        {
            throw PanguException.Missing("text-missing", $"There is no file {path}.");
        }

        var length = new FileInfo(path).Length;
        return length <= Array.MaxLength
            ? Decode(File.ReadAllBytes(path), path, lineEnds)
            : throw PanguException.Usage("text-long", $"{path} has {length} bytes; this version reads texts of up to {Array.MaxLength} bytes. Divide it.");
    }

    /// <summary>The text of bytes.</summary>
    /// <param name="bytes">The file's bytes.</param>
    /// <param name="source">What is being read, for error messages.</param>
    /// <param name="lineEnds">What becomes of line ends.</param>
    /// <returns>The text, without byte order mark.</returns>
    /// <exception cref="PanguException">The bytes are no UTF-8.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes, string source, LineEnds lineEnds = LineEnds.Keep)
    {
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            throw PanguException.Usage("text-utf16", $"{source} begins with the byte order mark of UTF-16; expected UTF-8. Convert it, for example: iconv -f UTF-16 -t UTF-8 {source} > text.txt");
        }

        var mark = Encoding.UTF8.Preamble.Length;
        var start = bytes.StartsWith(Encoding.UTF8.Preamble) ? mark : 0;
        var buffer = new char[bytes.Length - start];
        var status = Utf8.ToUtf16(bytes[start..], buffer, out var read, out var written, replaceInvalidSequences: false, isFinalBlock: false);
        if (status != OperationStatus.Done)
        {
            var offset = start + read;
            throw PanguException.Usage(
                "text-utf8",
                $"{source} is no UTF-8: byte 0x{bytes[offset]:X2} at offset {offset} (line {1 + bytes[..offset].Count((byte)'\n')}) {(status == OperationStatus.NeedMoreData ? "begins a character that the file ends before" : "begins no character")}. Convert it first; Chinese texts are often GB 18030: iconv -f GB18030 -t UTF-8 {source} > text.txt");
        }

        var text = new string(buffer.AsSpan(0, written));
        return lineEnds == LineEnds.Lf ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : text;
    }
}

/// <summary>What becomes of line ends when a text is read.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LineEnds>))]
public enum LineEnds
{
    /// <summary>They stay as they are: a carriage return is a character like any other.</summary>
    [JsonStringEnumMemberName("keep")] Keep,

    /// <summary>CR LF and CR become LF.</summary>
    [JsonStringEnumMemberName("lf")] Lf,
}
