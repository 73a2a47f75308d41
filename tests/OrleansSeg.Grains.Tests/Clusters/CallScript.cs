using System.Collections.Concurrent;

namespace OrleansSeg.Grains.Tests.Clusters;

/// <summary>Watches grain calls as they arrive, and does with them what a test says.</summary>
public sealed class CallScript : IIncomingGrainCallFilter
{
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly List<Rule> _rules = [];

    /// <summary>Calls of a method that arrived since the cluster started.</summary>
    public long CountOf<TInterface>(string method) => _counts.GetValueOrDefault(NameOf(typeof(TInterface), method));

    /// <summary>Handles the calls of a method until the result is disposed; the latest rule of a method counts.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="handle">May call <see cref="IGrainCallContext.Invoke"/>, throw, wait, or do nothing (see <see cref="Swallow"/>).</param>
    public IDisposable On<TInterface>(string method, Func<IIncomingGrainCallContext, Task> handle)
    {
        var rule = new Rule(this, NameOf(typeof(TInterface), method), handle);
        lock (_rules)
        {
            _rules.Add(rule);
        }

        return rule;
    }

    /// <summary>Answers a call without making it, as if it had succeeded.</summary>
    public static Task Swallow(IIncomingGrainCallContext context)
    {
        context.Result = null;
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task Invoke(IIncomingGrainCallContext context)
    {
        var name = NameOf(context.InterfaceMethod.DeclaringType!, context.InterfaceMethod.Name);
        _counts.AddOrUpdate(name, 1, (_, count) => count + 1);
        lock (_rules)
        {
            if (_rules.FindLast(rule => rule.Name == name) is { } rule)
            {
                return rule.Handle(context);
            }
        }

        return context.Invoke();
    }

    private static string NameOf(Type type, string method) => $"{type.Name}.{method}";

    private sealed class Rule(CallScript owner, string name, Func<IIncomingGrainCallContext, Task> handle) : IDisposable
    {
        public string Name => name;

        public Func<IIncomingGrainCallContext, Task> Handle => handle;

        public void Dispose()
        {
            lock (owner._rules)
            {
                owner._rules.Remove(this);
            }
        }
    }
}
