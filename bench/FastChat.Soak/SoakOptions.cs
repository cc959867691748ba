using System.Globalization;

namespace FastChat.Soak;

/// <summary>What the command line asks for.</summary>
internal sealed record SoakOptions
{
    /// <summary>How long faults go on; settling and the audit come after it. Fractions are allowed.</summary>
    public double Minutes { get; private set; } = 30;

    /// <summary>The databases to run on, one after the other.</summary>
    public string Database { get; private set; } = "sqlite";

    /// <summary>Users; each writes to the next two, who write back.</summary>
    public int Users { get; private set; } = 8;

    /// <summary>Messages a second and user, at most.</summary>
    public double Rate { get; private set; } = 40;

    /// <summary>For all chance. FASTCHAT_SEED sets it too.</summary>
    public int Seed { get; private set; } = Faults.Seed.Value;

    /// <summary>Reads <c>--name value</c> pairs.</summary>
    /// <exception cref="FormatException">A name is unknown or a value is not what it should be.</exception>
    public static SoakOptions Parse(string[] arguments)
    {
        var options = new SoakOptions();
        for (var index = 0; index < arguments.Length; index += 2)
        {
            if (index + 1 == arguments.Length)
            {
                throw new FormatException($"{arguments[index]} needs a value.");
            }

            options.Take(arguments[index], arguments[index + 1]);
        }

        return options;
    }

    private void Take(string name, string value)
    {
        switch (name)
        {
            case "--minutes":
                Minutes = double.Parse(value, CultureInfo.InvariantCulture);
                break;
            case "--database" when value is "sqlite" or "postgres":
                Database = value;
                break;
            case "--users":
                Users = int.Parse(value, CultureInfo.InvariantCulture);
                break;
            case "--rate":
                Rate = double.Parse(value, CultureInfo.InvariantCulture);
                break;
            case "--seed":
                Seed = int.Parse(value, CultureInfo.InvariantCulture);
                break;
            default:
                throw new FormatException($"{name} {value}: the options are --minutes N, --database sqlite|postgres, --users N, --rate N, --seed N.");
        }
    }
}
