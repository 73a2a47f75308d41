using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansSeg.Cli.Tests;

/// <summary>A JSON document with its values replaced by their types: what other tools rely on.</summary>
internal static class Shape
{
    /// <summary>For instance <c>{customer: string, events: [{eventId: string}]}</c>; an array shows its first element.</summary>
    public static string Of(JsonNode? node) => node switch
    {
        JsonObject members => $"{{{string.Join(", ", members.Select(member => $"{member.Key}: {Of(member.Value)}"))}}}",
        JsonArray items => $"[{(items.Count == 0 ? "" : Of(items[0]))}]",
        null => "null",
        _ => node.GetValueKind() switch
        {
            JsonValueKind.True or JsonValueKind.False => "bool",
            var kind => kind.ToString().ToLowerInvariant(),
        },
    };
}
