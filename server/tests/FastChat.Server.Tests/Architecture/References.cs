using Mono.Cecil;
using Mono.Cecil.Cil;

namespace FastChat.Server.Tests.Architecture;

/// <summary>Which of our types use which, read from the compiled code. What the compiler made counts as its outermost type.</summary>
internal static class References
{
    private static readonly string[] Assemblies = ["FastChat.Protocol", "fastchat"];

    private static readonly Lazy<IReadOnlyList<TypeDefinition>> Loaded = new(() =>
    [
        .. Assemblies.SelectMany(name => AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, name + ".dll")).MainModule.GetTypes()),
    ]);

    /// <summary>All types of both assemblies, nested and generated ones too.</summary>
    public static IReadOnlyList<TypeDefinition> Types => Loaded.Value;

    /// <summary>Every use of one of our types by another, both by their outermost names.</summary>
    public static HashSet<(string From, string To)> All { get; } =
    [
        .. from type in Types
           from used in UsedBy(type)
           let edge = (From: Outermost(type), To: Outermost(used))
           where IsOurs(edge.From) && IsOurs(edge.To) && edge.From != edge.To
           select edge,
    ];

    /// <summary>The room of a type: its namespace, without the product's name; <c>Program</c> has none.</summary>
    public static string Room(string fullName)
    {
        if (fullName == "Program")
        {
            return "Program";
        }

        var space = fullName[..fullName.LastIndexOf('.')];
        return space == "FastChat.Protocol" ? "Protocol" : space["FastChat.Server.".Length..];
    }

    public static string Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type.FullName;
    }

    public static bool IsOurs(string fullName) => fullName == "Program" || fullName.StartsWith("FastChat.", StringComparison.Ordinal);

    private static IEnumerable<TypeReference> UsedBy(TypeDefinition type)
    {
        var direct = new List<TypeReference?> { type.BaseType };
        direct.AddRange(type.Interfaces.Select(implemented => implemented.InterfaceType));
        direct.AddRange(type.Fields.Select(field => field.FieldType));
        direct.AddRange(type.Properties.Select(property => property.PropertyType));
        direct.AddRange(type.Events.Select(happening => happening.EventType));
        direct.AddRange(type.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType));
        direct.AddRange(Attributes(type));
        direct.AddRange(type.Fields.SelectMany(Attributes));
        direct.AddRange(type.Properties.SelectMany(Attributes));
        direct.AddRange(type.Methods.SelectMany(UsedBy));
        return direct.SelectMany(Parts);
    }

    private static IEnumerable<TypeReference?> UsedBy(MethodDefinition method)
    {
        var used = Signature(method).Concat(Attributes(method)).ToList();
        used.AddRange(method.GenericParameters.SelectMany(parameter => parameter.Constraints).Select(constraint => constraint.ConstraintType));
        if (method.HasBody)
        {
            used.AddRange(method.Body.Variables.Select(variable => variable.VariableType));
            used.AddRange(method.Body.ExceptionHandlers.Select(handler => handler.CatchType));
            used.AddRange(method.Body.Instructions.SelectMany(UsedBy));
        }

        return used;
    }

    private static IEnumerable<TypeReference?> UsedBy(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        GenericInstanceMethod method => [.. Signature(method), .. method.GenericArguments],
        MethodReference method => Signature(method),
        _ => [],
    };

    private static IEnumerable<TypeReference?> Signature(MethodReference method) =>
        [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType)];

    private static IEnumerable<TypeReference?> Attributes(ICustomAttributeProvider provider) =>
        provider.CustomAttributes.SelectMany(attribute => attribute.ConstructorArguments
            .Select(argument => argument.Value as TypeReference).Append(attribute.AttributeType));

    /// <summary>A type and what it is made of: the elements of arrays and references, the arguments of generic types.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) => type switch
    {
        null or GenericParameter => [],
        GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType),
        TypeSpecification specification => Parts(specification.ElementType),
        _ => [type],
    };
}
