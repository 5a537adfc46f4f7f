using System.Text;
using Pangu.Core;

namespace Pangu.Modalities.Series;

/// <summary>Opens a CSV file as text in the encoding it is written in.</summary>
internal static class CsvText
{
    private const int SampleBytes = 1 << 16;

    /// <summary>Opens a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="note">What had to be assumed of the encoding; null for UTF-8 and marked files.</param>
    /// <returns>A reader at the first character after any byte order mark; the caller disposes it.</returns>
    /// <exception cref="PanguException">The file is missing, empty or no text.</exception>
    public static StreamReader Open(string path, out string? note)
    {
        if (Directory.Exists(path))
        {
            throw PanguException.Usage("csv-folder", $"{path} is a folder; a CSV file was expected.");
        }

        if (!File.Exists(path))
        {
            throw PanguException.Missing("csv-missing", $"{path} does not exist; give the path of a CSV file.");
        }

        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PanguException(ErrorKind.Missing, "csv-unreadable", $"{path} cannot be read: {exception.Message}", exception);
        }

        try
        {
            if (!stream.CanSeek)
            {
                throw PanguException.Usage("csv-pipe", $"{path} is a pipe; the file is read twice (once to tell its form), so save it first.");
            }

            var buffer = new byte[SampleBytes];
            var count = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            var sample = buffer.AsSpan(0, count);
            RefuseOtherFormats(sample, path);
            var encoding = Detect(sample, path, count < buffer.Length, out note);
            stream.Position = 0;
            return new StreamReader(stream, encoding, detectEncodingFromByteOrderMarks: true, 1 << 16);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static void RefuseOtherFormats(ReadOnlySpan<byte> sample, string path)
    {
        if (sample.IsEmpty)
        {
            throw PanguException.Usage("csv-empty", $"{path} is empty; a line of column names and at least one row were expected.");
        }

        var what = sample switch
        {
            [0x1F, 0x8B, ..] => "is compressed with gzip; unpack it first (gunzip)",
            [(byte)'P', (byte)'K', 3, 4, ..] => "is a ZIP file or an Excel workbook; save the sheet as CSV first",
            [0xD0, 0xCF, 0x11, 0xE0, ..] => "is an old Excel workbook; save the sheet as CSV first",
            [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..] => "is a Parquet file; a CSV file was expected",
            _ => null,
        };
        if (what is not null)
        {
            throw PanguException.Usage("csv-other-format", $"{path} {what}.");
        }
    }

    private static Encoding Detect(ReadOnlySpan<byte> sample, string path, bool isWholeFile, out string? note)
    {
        note = null;
        if (sample is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0xEF, 0xBB, 0xBF, ..])
        {
            return Encoding.UTF8;
        }

        var (zerosEven, zerosOdd) = (0, 0);
        for (var i = 0; i < sample.Length; i++)
        {
            zerosEven += sample[i] == 0 && i % 2 == 0 ? 1 : 0;
            zerosOdd += sample[i] == 0 && i % 2 == 1 ? 1 : 0;
        }

        var half = sample.Length / 2;
        if (zerosOdd > half * 0.7 && zerosEven == 0)
        {
            note = "The file was read as UTF-16 (little endian, no byte order mark).";
            return Encoding.Unicode;
        }

        if (zerosEven > half * 0.7 && zerosOdd == 0)
        {
            note = "The file was read as UTF-16 (big endian, no byte order mark).";
            return Encoding.BigEndianUnicode;
        }

        if (zerosEven + zerosOdd > 0)
        {
            throw PanguException.Usage("csv-binary", $"{path} is not a text file (byte {sample.IndexOf((byte)0)} is 0); a CSV file was expected.");
        }

        if (IsUtf8(sample, isWholeFile))
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        }

        note = "The file is not UTF-8; it was read as Windows-1252.";
        return CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
    }

    private static bool IsUtf8(ReadOnlySpan<byte> sample, bool isWholeFile)
    {
        while (!sample.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(sample, out _, out var consumed);
            if (status != System.Buffers.OperationStatus.Done)
            {
                return status == System.Buffers.OperationStatus.NeedMoreData && !isWholeFile;
            }

            sample = sample[consumed..];
        }

        return true;
    }
}
