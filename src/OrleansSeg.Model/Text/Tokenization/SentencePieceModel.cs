using Google.Protobuf;
using OrleansSeg.Model.Text.Checkpoints;

namespace OrleansSeg.Model.Text.Tokenization;

/// <summary>Kinds of pieces, with the numbers of SentencePiece's own files.</summary>
internal enum PieceKind
{
    /// <summary>A piece of text.</summary>
    Normal = 1,

    /// <summary>Stands for what cannot be written.</summary>
    Unknown = 2,

    /// <summary>Stands for no characters.</summary>
    Control = 3,

    /// <summary>Never split.</summary>
    UserDefined = 4,

    /// <summary>Never used.</summary>
    Unused = 5,

    /// <summary>One byte.</summary>
    Byte = 6,
}

/// <summary>One piece of a vocabulary.</summary>
internal sealed record Piece(string Text, float Score, PieceKind Kind);

/// <summary>What this program reads of a SentencePiece file, and the file it makes of a <c>tokenizer.json</c> for the package to read.</summary>
/// <remarks>Format: <c>sentencepiece_model.proto</c> of github.com/google/sentencepiece; fields 1 pieces, 2 trainer, 3 normalizer.</remarks>
internal sealed record SentencePieceModel(IReadOnlyList<Piece> Pieces, bool IsUnigram, byte[] CharacterMap)
{
    private const int PiecesMax = 1 << 22;

    /// <summary>Reads a file's bytes.</summary>
    /// <exception cref="CheckpointException">They are no such file.</exception>
    public static SentencePieceModel Read(byte[] file)
    {
        try
        {
            var (pieces, unigram, map) = (new List<Piece>(), true, Array.Empty<byte>());
            var input = new CodedInputStream(file);
            for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
            {
                switch (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag))
                {
                    case (1, WireFormat.WireType.LengthDelimited) when pieces.Count < PiecesMax:
                        pieces.Add(ReadPiece(input.ReadBytes().CreateCodedInput()));
                        break;
                    case (2, WireFormat.WireType.LengthDelimited):
                        unigram = ReadField(input.ReadBytes().CreateCodedInput(), 3, stream => stream.ReadEnum(), 1) == 1;
                        break;
                    case (3, WireFormat.WireType.LengthDelimited):
                        map = ReadField(input.ReadBytes().CreateCodedInput(), 2, stream => stream.ReadBytes().ToByteArray(), []);
                        break;
                    default:
                        input.SkipLastField();
                        break;
                }
            }

            return pieces.Count > 0 ? new SentencePieceModel(pieces, unigram, map) : throw new CheckpointException("The SentencePiece file has no pieces.");
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new CheckpointException($"The SentencePiece file is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>The file's bytes, with the named pieces in the special places; the text that it is given is already normalized.</summary>
    /// <param name="unknown">Index of the unknown piece.</param>
    /// <param name="start">Index of the piece before a text.</param>
    /// <param name="end">Index of the piece after one.</param>
    public byte[] Write(int unknown, int start, int end)
    {
        using var file = new MemoryStream();
        var output = new CodedOutputStream(file);
        foreach (var piece in Pieces)
        {
            WritePart(output, 1, part =>
            {
                part.WriteTag(1, WireFormat.WireType.LengthDelimited);
                part.WriteString(piece.Text);
                part.WriteTag(2, WireFormat.WireType.Fixed32);
                part.WriteFloat(piece.Score);
                part.WriteTag(3, WireFormat.WireType.Varint);
                part.WriteEnum((int)piece.Kind);
            });
        }

        WritePart(output, 2, part =>
        {
            foreach (var (field, value) in new[] { (3, IsUnigram ? 1 : 2), (40, unknown), (41, start), (42, end), (43, -1) })
            {
                part.WriteTag(field, WireFormat.WireType.Varint);
                part.WriteInt32(value);
            }

            foreach (var (field, value) in new[] { (45, unknown), (46, start), (47, end) })
            {
                part.WriteTag(field, WireFormat.WireType.LengthDelimited);
                part.WriteString(Pieces[value].Text);
            }
        });
        WritePart(output, 3, part =>
        {
            part.WriteTag(2, WireFormat.WireType.LengthDelimited);
            part.WriteBytes(ByteString.CopyFrom(CharacterMap));
        });
        output.Flush();
        return file.ToArray();
    }

    private static Piece ReadPiece(CodedInputStream input)
    {
        var (text, score, kind) = ("", 0f, PieceKind.Normal);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            switch (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag))
            {
                case (1, WireFormat.WireType.LengthDelimited):
                    text = input.ReadString();
                    break;
                case (2, WireFormat.WireType.Fixed32):
                    score = input.ReadFloat();
                    break;
                case (3, WireFormat.WireType.Varint):
                    kind = (PieceKind)input.ReadEnum();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return new Piece(text, score, kind);
    }

    private static T ReadField<T>(CodedInputStream input, int field, Func<CodedInputStream, T> read, T otherwise)
    {
        var found = otherwise;
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (WireFormat.GetTagFieldNumber(tag) == field)
            {
                found = read(input);
            }
            else
            {
                input.SkipLastField();
            }
        }

        return found;
    }

    private static void WritePart(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        var part = new CodedOutputStream(bytes);
        write(part);
        part.Flush();
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes.ToArray()));
    }
}
