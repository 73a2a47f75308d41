using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using OrleansSeg.Model.Native;

namespace OrleansSeg.Model.Tests.Native;

/// <summary>Reads the model's compiled code for calls that make a number which nothing keeps alive; <see cref="TensorNumbers"/> says why.</summary>
public sealed partial class NumbersBesideTensorsTests
{
    private static readonly Dictionary<ushort, OpCode> OpCodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (ushort)code.Value);

    [Theory]
    [InlineData(typeof(TensorNumbers))]
    [InlineData(typeof(NumbersBesideTensorsTests))]
    public void Assembly_MakesNoNumberThatItsFinalizerMayFreeTooEarly(Type inAssembly)
    {
        // Where ours are compared with torch's own optimizers, which is in lambdas of a test that runs alone, those are called.
        var calls = CallsIn(inAssembly.Assembly.Location).Where(call => !call.Caller.StartsWith("<>c", StringComparison.Ordinal) || !call.Callee.StartsWith("optim.", StringComparison.Ordinal)).ToList();
        Assert.Contains(calls, call => call.Callee.StartsWith("ScalarExtensionMethods.ToScalar(", StringComparison.Ordinal));
        Assert.Empty(calls.Where(call => Dangerous().IsMatch(call.Callee)).Select(call => $"{call.Caller} calls {call.Callee}"));
    }

    [Theory]
    [InlineData("Scalar.op_Implicit(Double)", true)]
    [InlineData("Tensor.op_Multiply(Tensor,Double)", true)]
    [InlineData("Tensor.op_Subtraction(Int64,Tensor)", true)]
    [InlineData("optim.AdamW(IEnumerable)", true)]
    [InlineData("Tensor.op_Addition(Tensor,Tensor)", true)]
    [InlineData("Tensor.add_(Scalar)", true)]
    [InlineData("Tensor.add_(Tensor,Scalar)", false)]
    [InlineData("Tensor.op_Multiply(Tensor,Tensor)", false)]
    [InlineData("torch.arange(Scalar,Nullable`1,Device,Boolean)", true)]
    [InlineData("torch.arange(Scalar,Scalar,Scalar,Nullable`1,Device,Boolean)", false)]
    public void Pattern_TellsThemApart(string callee, bool isDangerous) => Assert.Equal(isDangerous, Dangerous().IsMatch(callee));

    [GeneratedRegex(
        @"^Scalar\.op_Implicit|^Tensor\.op_(Addition|Subtraction|Multiply|Division|Modulus)\((.*,)?(Int32|Int64|Single|Double|Scalar)"
        + @"|^Tensor\.(op_Addition|add|add_)\([^,]*(,Tensor)?\)|^Tensor\.(square|celu_?|elu_?|softplus)\(|^Tensor\.(addcdiv_?)\(Tensor,Tensor\)|^torch\.arange\((Scalar,){1,2}Nullable"
        + @"|^functional\.(threshold|hardtanh|leaky_relu|celu|softshrink|hardshrink)\(|^optim\.[A-Z]\w*\(")]
    private static partial Regex Dangerous();

    private static IEnumerable<(string Caller, string Callee)> CallsIn(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        foreach (var handle in metadata.MethodDefinitions)
        {
            var method = metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress != 0)
            {
                var caller = $"{metadata.GetString(metadata.GetTypeDefinition(method.GetDeclaringType()).Name)}.{metadata.GetString(method.Name)}";
                foreach (var token in MethodTokens(file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!))
                {
                    if (NameOf(metadata, MetadataTokens.EntityHandle(token)) is { } callee)
                    {
                        yield return (caller, callee);
                    }
                }
            }
        }
    }

    private static IEnumerable<int> MethodTokens(byte[] code)
    {
        for (var at = 0; at < code.Length;)
        {
            var value = (ushort)code[at++];
            var operation = OpCodes[value == 0xFE ? (ushort)(0xFE00 | code[at++]) : value];
            if (operation.OperandType == OperandType.InlineMethod)
            {
                yield return BitConverter.ToInt32(code, at);
            }

            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }

    private static string? NameOf(MetadataReader metadata, EntityHandle handle)
    {
        if (handle.Kind == HandleKind.MethodSpecification)
        {
            return NameOf(metadata, metadata.GetMethodSpecification((MethodSpecificationHandle)handle).Method);
        }

        if (handle.Kind != HandleKind.MemberReference || metadata.GetMemberReference((MemberReferenceHandle)handle) is not { Parent.Kind: HandleKind.TypeReference } member)
        {
            return null;
        }

        var type = metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name);
        var parameters = member.GetKind() == MemberReferenceKind.Method ? member.DecodeMethodSignature(new Names(), null).ParameterTypes : [];
        return $"{type}.{metadata.GetString(member.Name)}({string.Join(',', parameters)})";
    }

    /// <summary>Types by their short names.</summary>
    private sealed class Names : ISignatureTypeProvider<string, object?>
    {
        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => $"{typeCode}";

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => reader.GetString(reader.GetTypeReference(handle).Name);

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => reader.GetString(reader.GetTypeDefinition(handle).Name);

        public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => "";

        public string GetGenericInstantiation(string genericType, System.Collections.Immutable.ImmutableArray<string> typeArguments) => genericType;

        public string GetArrayType(string elementType, ArrayShape shape) => elementType;

        public string GetSZArrayType(string elementType) => elementType;

        public string GetByReferenceType(string elementType) => elementType;

        public string GetPointerType(string elementType) => elementType;

        public string GetPinnedType(string elementType) => elementType;

        public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

        public string GetFunctionPointerType(MethodSignature<string> signature) => "";

        public string GetGenericMethodParameter(object? genericContext, int index) => "";

        public string GetGenericTypeParameter(object? genericContext, int index) => "";
    }
}
