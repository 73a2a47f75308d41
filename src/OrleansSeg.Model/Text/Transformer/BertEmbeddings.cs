using OrleansSeg.Model.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace OrleansSeg.Model.Text.Transformer;

/// <summary>What a layer sees first: token, position and type vectors, added and normalized. B texts, T tokens, H width.</summary>
internal sealed class BertEmbeddings : nn.Module
{
    private readonly BertFamilyConfig _config;
    private readonly Table word_embeddings;
    private readonly Table position_embeddings;
    private readonly Table? token_type_embeddings;
    private readonly LayerNorm LayerNorm;

    public BertEmbeddings(BertFamilyConfig config)
        : base(nameof(BertEmbeddings))
    {
        _config = config;
        word_embeddings = new Table(config.VocabularySize, config.Hidden);
        position_embeddings = new Table(config.Positions, config.Hidden);
        token_type_embeddings = config.TokenTypes > 0 ? new Table(config.TokenTypes, config.Hidden) : null;
        LayerNorm = nn.LayerNorm(config.Hidden, config.NormEpsilon);
        RegisterComponents();
    }

    /// <summary>(V, H) the token table, which the masked language head shares.</summary>
    public Parameter Words => word_embeddings.weight;

    /// <summary>(B, T) -> (B, T, H).</summary>
    public Tensor Forward(TokenBatch batch, Generator? dropout)
    {
        using var scope = NewDisposeScope();
        var sum = word_embeddings.Forward(batch.Ids).Plus(position_embeddings.Forward(PositionsOf(batch.Ids)));
        if (token_type_embeddings is not null)
        {
            sum = sum.Plus(token_type_embeddings.Forward(batch.Types));
        }

        return LayerNorm.forward(sum).Drop(_config.Dropout, dropout).MoveToOuterDisposeScope();
    }

    /// <summary>(B, T) -> (1, T), or (B, T) where real tokens are counted.</summary>
    /// <remarks>RoBERTa's tokens that are padding stay at the padding's own position, as in fairseq.</remarks>
    private Tensor PositionsOf(Tensor ids)
    {
        if (_config.Family != BertFamily.Roberta)
        {
            return TensorNumbers.CountUp(ids.shape[1], ids.device).unsqueeze(0);
        }

        var real = ids.Differs(_config.PaddingId).to(int64);
        return (real.cumsum(1) * real).Plus(_config.PaddingId);
    }
}

/// <summary>A vector for each id. TorchSharp's own, made of a given tensor, registers another one than it reads.</summary>
internal sealed class Table : nn.Module
{
    /// <summary>(rows, width).</summary>
    public readonly Parameter weight;

    public Table(long rows, long width)
        : base(nameof(Table))
    {
        weight = new Parameter(empty(rows, width));
        RegisterComponents();
        this.KeepWeights();
    }

    /// <summary>(B, T) -> (B, T, width).</summary>
    public Tensor Forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        return weight.index_select(0, ids.flatten()).view([.. ids.shape, weight.shape[1]]).MoveToOuterDisposeScope();
    }
}
