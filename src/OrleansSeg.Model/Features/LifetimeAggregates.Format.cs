namespace OrleansSeg.Model.Features;

/// <summary>The stored form: versioned, little-endian, days as differences.</summary>
public sealed partial class LifetimeAggregates
{
    private const byte FormatVersion = 1;

    /// <summary>The stored form; equal aggregates give equal bytes.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(FormatVersion);
        writer.Write7BitEncodedInt(_counts.Length);
        Array.ForEach(_counts, writer.Write7BitEncodedInt64);
        WriteTime(writer, FirstEvent);
        WriteTime(writer, LastEvent);
        WriteTime(writer, FirstPurchase);
        WriteTime(writer, LastPurchase);
        WriteMoney(writer, Spend);
        WriteMoney(writer, RatingSum);
        writer.Write7BitEncodedInt64(RatingCount);
        writer.Write7BitEncodedInt(_days.Count);
        var previous = 0;
        foreach (var (number, day) in _days)
        {
            writer.Write7BitEncodedInt(number - previous);
            WriteDay(writer, day);
            previous = number;
        }

        return stream.ToArray();
    }

    /// <summary>Reads the stored form back.</summary>
    /// <exception cref="InvalidDataException">The bytes are of another version or cut short.</exception>
    public static LifetimeAggregates FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        try
        {
            var version = reader.ReadByte();
            return version == FormatVersion
                ? Read(reader)
                : throw new InvalidDataException($"Aggregates have format version {version}, expected {FormatVersion}.");
        }
        catch (Exception exception) when (exception is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("Aggregates are cut short or damaged.", exception);
        }
    }

    private static LifetimeAggregates Read(BinaryReader reader)
    {
        var aggregates = new LifetimeAggregates();
        var counts = reader.Read7BitEncodedInt();
        for (var type = 0; type < counts; type++)
        {
            aggregates._counts[type] = reader.Read7BitEncodedInt64();
        }

        aggregates.FirstEvent = ReadTime(reader);
        aggregates.LastEvent = ReadTime(reader);
        aggregates.FirstPurchase = ReadTime(reader);
        aggregates.LastPurchase = ReadTime(reader);
        aggregates.Spend = reader.ReadDecimal();
        aggregates.RatingSum = reader.ReadDecimal();
        aggregates.RatingCount = reader.Read7BitEncodedInt64();
        var days = reader.Read7BitEncodedInt();
        var number = 0;
        for (var i = 0; i < days; i++)
        {
            number += reader.Read7BitEncodedInt();
            var day = ReadDay(reader);
            aggregates._days.Add(number, day);
            aggregates.PurchaseDays += day.Purchases > 0 ? 1 : 0;
        }

        return aggregates;
    }

    private static void WriteDay(BinaryWriter writer, DayActivity day)
    {
        // One bit per kind of activity keeps a browsing-only day at three bytes.
        var kinds = (byte)((day.Purchases > 0 ? 1 : 0) | (day.Returns > 0 ? 2 : 0) | (day.Browses > 0 ? 4 : 0)
            | (day.CampaignsSent > 0 ? 8 : 0) | (day.CampaignResponses > 0 ? 16 : 0) | (day.Contacts > 0 ? 32 : 0));
        writer.Write(kinds);
        if (day.Purchases > 0)
        {
            WriteMoney(writer, day.Spend);
            WriteMoney(writer, day.Quantity);
            writer.Write7BitEncodedInt(day.Purchases);
        }

        if (day.Returns > 0)
        {
            WriteMoney(writer, day.Returned);
            writer.Write7BitEncodedInt(day.Returns);
        }

        foreach (var count in (ReadOnlySpan<int>)[day.Browses, day.CampaignsSent, day.CampaignResponses, day.Contacts])
        {
            if (count > 0)
            {
                writer.Write7BitEncodedInt(count);
            }
        }
    }

    private static DayActivity ReadDay(BinaryReader reader)
    {
        var kinds = reader.ReadByte();
        var day = default(DayActivity);
        if ((kinds & 1) != 0)
        {
            day.Spend = reader.ReadDecimal();
            day.Quantity = reader.ReadDecimal();
            day.Purchases = reader.Read7BitEncodedInt();
        }

        if ((kinds & 2) != 0)
        {
            day.Returned = reader.ReadDecimal();
            day.Returns = reader.Read7BitEncodedInt();
        }

        day.Browses = (kinds & 4) != 0 ? reader.Read7BitEncodedInt() : 0;
        day.CampaignsSent = (kinds & 8) != 0 ? reader.Read7BitEncodedInt() : 0;
        day.CampaignResponses = (kinds & 16) != 0 ? reader.Read7BitEncodedInt() : 0;
        day.Contacts = (kinds & 32) != 0 ? reader.Read7BitEncodedInt() : 0;
        return day;
    }

    // Sums of decimals keep the scale of their widest addend; the division strips it, so that equal sums have equal bytes.
    private static void WriteMoney(BinaryWriter writer, decimal amount) => writer.Write(amount / 1.0000000000000000000000000000m);

    private static void WriteTime(BinaryWriter writer, DateTimeOffset? time) => writer.Write(time?.UtcTicks ?? -1L);

    private static DateTimeOffset? ReadTime(BinaryReader reader)
    {
        var ticks = reader.ReadInt64();
        return ticks < 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
    }
}
