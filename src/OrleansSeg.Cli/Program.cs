using System.CommandLine;

return new RootCommand("OrleansSeg: which segment is this customer in right now, and why?").Parse(args).Invoke();
