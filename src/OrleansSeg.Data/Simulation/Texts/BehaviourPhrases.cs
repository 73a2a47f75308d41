using OrleansSeg.Data.Simulation.Chance;

namespace OrleansSeg.Data.Simulation.Texts;

/// <summary>What posts are made of in one language. In patterns <c>{0}</c> is a thing, and a space parts two words.</summary>
internal sealed class BehaviourPhrases
{
    /// <summary>The languages.</summary>
    public static IReadOnlyDictionary<string, BehaviourPhrases> ByLanguage { get; } = new Dictionary<string, BehaviourPhrases>
    {
        ["en"] = new()
        {
            Things = ["mug", "red lamp", "garden chair", "wool blanket", "pair of boots", "coffee grinder", "blue scarf", "picture frame", "tent", "bread knife"],
            Openings = ["Hi team ,", "Yesterday I", "So we", "Good news :", "My sister and I", "As promised I", "After weeks I finally", "Just", "By the way I"],
            Ends = [".", "!", ", thanks a lot .", "this morning .", ", as you know .", "with my phone ."],
            Distractions =
            [
                "wonder where order 4711 is", "need a new address on the invoice", "saw a {0} at a friend 's house", "cannot log in any more", "would never buy a {0} without asking",
                "hope the {0} is back in stock soon", "was told that you search every parcel", "have a question about the {0}",
            ],
            Acts =
            [
                ("buy", ["bought a {0}", "ordered two of the {0}", "picked up another {0}", "treated myself to the {0}", "placed an order for a {0}", "got the last {0} you had"]),
                ("search", ["looked for a {0}", "searched the whole shop for a {0}", "tried to find a {0} in green", "could not find any {0}", "went through every {0} on the site"]),
                ("follow", ["follow your page now", "subscribed to the newsletter", "shared your post about the {0}", "joined your group", "liked your picture of the {0}"]),
                ("evaluate", ["love the {0}", "think the {0} is poor quality", "give the {0} five stars", "find the {0} far too small", "could not be happier with the {0}", "regret that the {0} broke in a week"]),
            ],
        },
        ["zh"] = new()
        {
            Things = ["杯 子", "红 色 台 灯", "花 园 椅", "羊 毛 毯", "靴 子", "咖 啡 机", "蓝 色 围 巾", "相 框", "帐 篷", "面 包 刀"],
            Openings = ["你 好 ，", "昨 天 我", "我 们", "我 和 妹 妹", "终 于", "刚 刚", "顺 便 说 一 下 我", "上 周 我"],
            Ends = ["。", "！", "， 谢 谢 。", "， 你 知 道 的 。"],
            Distractions = ["想 问 一 下 订 单 到 哪 了", "需 要 改 发 票 地 址", "在 朋 友 家 看 到 一 个 {0}", "登 录 不 了", "希 望 {0} 早 点 到 货", "对 {0} 有 个 问 题"],
            Acts =
            [
                ("buy", ["买 了 一 个 {0}", "下 单 了 {0}", "又 订 了 两 个 {0}", "入 手 了 {0}"]),
                ("search", ["在 找 一 个 {0}", "搜 了 半 天 {0}", "找 不 到 {0}", "想 找 绿 色 的 {0}"]),
                ("follow", ["关 注 了 你 们 的 主 页", "订 阅 了 你 们 的 邮 件", "转 发 了 {0} 的 帖 子", "加 入 了 粉 丝 群"]),
                ("evaluate", ["很 喜 欢 这 个 {0}", "觉 得 {0} 质 量 很 差", "给 {0} 打 五 星", "{0} 用 了 一 周 就 坏 了"]),
            ],
        },
    };

    public required IReadOnlyList<string> Things { get; init; }

    public required IReadOnlyList<string> Openings { get; init; }

    public required IReadOnlyList<string> Ends { get; init; }

    /// <summary>What tells of nothing that the writer did.</summary>
    public required IReadOnlyList<string> Distractions { get; init; }

    /// <summary>What tells of something, by its label.</summary>
    public required IReadOnlyList<(string Label, IReadOnlyList<string> Patterns)> Acts { get; init; }

    /// <summary>The words of a pattern.</summary>
    public IEnumerable<string> Words(string pattern, RandomStream random) =>
        pattern.Replace("{0}", random.Pick(Things), StringComparison.Ordinal).Split(' ');
}
