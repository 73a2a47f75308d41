namespace OrleansSeg.Cli.Demo;

/// <summary>The shop that the command line asks for.</summary>
/// <param name="CustomersSaid">Whether the number of customers was said, or is the default.</param>
/// <param name="Customers">How many customers.</param>
/// <param name="DaysSaid">Whether the number of days was said, or is the default.</param>
/// <param name="Days">How many days.</param>
internal sealed record WantedShop(bool CustomersSaid, int Customers, bool DaysSaid, int Days)
{
    /// <summary>Checks that the shop that is there is the one asked for.</summary>
    /// <exception cref="UsageException">It is another one.</exception>
    public void CheckIsMetBy(ShopDescription found)
    {
        if ((CustomersSaid && Customers != found.Customers) || (DaysSaid && Days != found.Days))
        {
            throw new UsageException(
                $"This data directory already holds a simulated shop of {found.Customers:N0} customers over {found.Days:N0} days: "
                + "leave --customers and --days out, or name another --data-dir.");
        }
    }
}
