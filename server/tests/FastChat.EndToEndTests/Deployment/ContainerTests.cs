using FastChat.Faults.Servers;

namespace FastChat.EndToEndTests.Deployment;

/// <summary>What can be known of the container files without an engine: names that they mention exist, and the image's content serves as the image would run it.</summary>
[Trait("Database", "Own")]
public sealed class ContainerTests
{
    private static readonly string Root = PublishedServer.Repository;
    private static readonly string Docker = Path.Combine(Root, "deploy", "docker");
    private static readonly string[] Recipe = File.ReadAllLines(Path.Combine(Docker, "Dockerfile"));

    [Fact]
    public async Task CONTAINER_the_images_content_serves_read_only_as_its_user_with_nothing_but_the_images_environment()
    {
        var folder = Directory.CreateTempSubdirectory("fastchat-image-").FullName;
        var app = Path.Combine(folder, "app");
        await Shell.RunAsync("cp", "-R", Path.GetDirectoryName(PublishedServer.Path)!, app);
        await Shell.RunAsync("chmod", "-R", "a-w,a+rX", app);
        await Shell.RunAsync("chmod", "0755", folder);
        var data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        var user = Values("USER").Single();
        if (Environment.IsPrivilegedProcess)
        {
            await Shell.RunAsync("chown", $"{user}:{user}", data);
        }

        var environment = Values("ENV").Where(setting => !setting.StartsWith("ASPNETCORE_URLS", StringComparison.Ordinal))
            .Select(setting => setting.Replace("/data", data, StringComparison.Ordinal)).Append("MANAGEMENT_URL=");
        var entry = Values("ENTRYPOINT").Single().Trim('[', ']', '"').Replace("/app", app, StringComparison.Ordinal);
        await using (var server = await InstalledServer.StartAsync(user, data, environment, entry))
        {
            var ada = await Visitor.ArriveAsync(server.Root);
            (await ada.Api.GetAsync("api/me")).Is(200);
            (await ada.Api.GetAsync("")).Is(200);
            Assert.Equal(0, await server.StopAsync());
        }

        Assert.True(File.Exists(Path.Combine(data, "fastchat.db")));
        await Shell.RunAsync("chmod", "-R", "u+w", app);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void CONTAINER_what_the_Dockerfile_copies_is_there_and_is_not_kept_out()
    {
        var kept = File.ReadAllLines(Path.Combine(Root, ".dockerignore")).Where(line => line.StartsWith('!')).Select(line => line[1..]).ToList();
        var copied = Values("COPY").Where(what => !what.StartsWith("--from", StringComparison.Ordinal)).SelectMany(what => what.Split(' ')[..^1]).ToList();
        Assert.NotEmpty(copied);
        Assert.All(copied, path => Assert.True(File.Exists(Path.Combine(Root, path)) || Directory.Exists(Path.Combine(Root, path)), path));
        Assert.All(copied, path => Assert.Contains(path.Split('/')[0], kept));
        var stages = Values("FROM").Select(stage => stage.Split(" AS ")).Where(stage => stage.Length == 2).Select(stage => stage[1]).ToList();
        Assert.All(Values("COPY").Where(what => what.StartsWith("--from=", StringComparison.Ordinal)), what => Assert.Contains(what.Split(' ')[0][7..], stages));
        var port = new Uri(Values("ENV").Single(setting => setting.StartsWith("ASPNETCORE_URLS=", StringComparison.Ordinal)).Split('=')[1].Replace("0.0.0.0", "any", StringComparison.Ordinal)).Port;
        Assert.Equal($"{port}", Values("EXPOSE").Single());
    }

    [Theory]
    [InlineData("compose.yml")]
    [InlineData("compose.cluster.yml")]
    public async Task CONTAINER_what_a_compose_file_names_exists(string name)
    {
        var compose = Yaml.Read(await File.ReadAllLinesAsync(Path.Combine(Docker, name)));
        var services = compose.Map("services");
        var volumes = compose.Map("volumes").Keys;
        var settings = await File.ReadAllTextAsync(Path.Combine(Root, "docs", "configuration.md"));
        foreach (var (service, content) in services)
        {
            var its = (Dictionary<string, object>)content;
            Assert.True(its.ContainsKey("image") || its.ContainsKey("build"), service);
            foreach (var mount in its.List("volumes").Select(mount => mount.Split(':')))
            {
                Assert.True(mount[0][0] == '.' ? File.Exists(Path.Combine(Docker, mount[0])) : volumes.Contains(mount[0]), mount[0]);
            }

            if (!its.ContainsKey("build"))
            {
                continue;
            }

            Assert.True(File.Exists(Path.GetFullPath(Path.Combine(Docker, its.Map("build").Text("context"), its.Map("build").Text("dockerfile")))));
            Assert.All(its.Map("environment").Keys, setting => Assert.Contains($"`{setting}`", settings, StringComparison.Ordinal));
            Assert.All(its.Map("depends_on").Keys, other => Assert.Contains(other, services.Keys));
            Assert.All(its.List("ports"), port => Assert.EndsWith($":{Values("EXPOSE").Single()}", port, StringComparison.Ordinal));
            Assert.Equal("true", its.Text("read_only"));
        }

        if (name == "compose.cluster.yml")
        {
            var nodes = (await File.ReadAllLinesAsync(Path.Combine(Docker, "nodes.conf"))).Select(line => line.Split(' ')[1].Split(':'));
            Assert.All(nodes, node => Assert.True(services.ContainsKey(node[0]) && node[1] == Values("EXPOSE").Single(), node[0]));
            Assert.Equal(3, nodes.Count());
        }
    }

    private static IEnumerable<string> Values(string instruction) =>
        Recipe.Where(line => line.StartsWith($"{instruction} ", StringComparison.Ordinal)).Select(line => line[(instruction.Length + 1)..]);
}
