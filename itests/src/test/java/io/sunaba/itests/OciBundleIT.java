package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Containers from OCI bundles: what `config.json` says is what the process finds.
class OciBundleIT {
    private static final Path SAMPLES =
            Path.of(System.getProperty("sunaba.repository"))
                    .resolve("bundles/oci/src/test/resources/io/sunaba/oci");

    private static Installation sunaba;

    @TempDir private Path bundle;

    @BeforeAll
    static void startSandbox() {
        sunaba = Installation.unpack().cloning().start();
        sunaba.exec("sandbox:create --id oci --memory 192M --cpus 1").expectSuccess();
        sunaba.exec("sandbox:start oci").expectSuccess();
    }

    @AfterAll
    static void stop() {
        sunaba.exec("sandbox:delete --force oci").expectSuccess();
        sunaba.closeClean();
    }

    private static JsonElement json(String text) {
        return JsonParser.parseString(text.replace('\'', '"'));
    }

    private static JsonArray mounts() {
        return json("""
        [{'destination':'/proc','type':'proc','source':'proc'},
         {'destination':'/scratch','type':'tmpfs','source':'tmpfs',
          'options':['nosuid','noexec','mode=1777','size=3m']},
         {'destination':'/frozen','type':'tmpfs','source':'tmpfs','options':['mode=1777']}]
        """)
                .getAsJsonArray();
    }

    private JsonObject config(String script) {
        JsonObject config =
                json("""
                {'ociVersion':'1.0.2',
                 'process':{'user':{'uid':1000,'gid':1001,'additionalGids':[5,7]},
                   'env':['PATH=/bin','GREETING=hello world'],'cwd':'/scratch',
                   'capabilities':{'bounding':['CAP_KILL','CAP_NET_BIND_SERVICE'],
                     'effective':['CAP_NET_BIND_SERVICE'],'permitted':['CAP_NET_BIND_SERVICE'],
                     'inheritable':['CAP_NET_BIND_SERVICE'],'ambient':['CAP_NET_BIND_SERVICE']},
                   'rlimits':[{'type':'RLIMIT_NOFILE','hard':64,'soft':32}],
                   'noNewPrivileges':true,'oomScoreAdj':77},
                 'root':{'readonly':true},
                 'hostname':'bundled',
                 'annotations':{'note':'kept','run.oci.handler':'nonesuch'},
                 'linux':{'namespaces':[{'type':'pid'},{'type':'mount'},{'type':'uts'},
                     {'type':'ipc'},{'type':'network'},{'type':'cgroup'}],
                   'maskedPaths':['/etc/passwd'],'readonlyPaths':['/frozen'],
                   'resources':{'pids':{'limit':31},'memory':{'limit':33554432},
                     'cpu':{'shares':512,'quota':40000,'period':80000},
                     'devices':[{'allow':false,'access':'rwm'}]},
                   'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','architectures':['SCMP_ARCH_X86_64'],
                     'syscalls':[{'names':['mkdir','mkdirat','no_such_call'],
                       'action':'SCMP_ACT_ERRNO','errnoRet':38}]}}}
                """)
                        .getAsJsonObject();
        JsonArray command = new JsonArray();
        List.of("/bin/sh", "-c", script).forEach(command::add);
        config.getAsJsonObject("process").add("args", command);
        config.getAsJsonObject("root").addProperty("path", Installation.rootfs().toString());
        config.add("mounts", mounts());
        return config;
    }

    private void write(JsonObject config) throws IOException {
        Files.writeString(bundle.resolve("config.json"), config.toString());
    }

    private static String output(String container) {
        sunaba.exec("container:start oci " + container).expectSuccess();
        String output = sunaba.exec("container:attach oci " + container).text();
        sunaba.exec("container:delete --force oci " + container).expectSuccess();
        return output.replace("\r", "");
    }

    @Test
    void processFindsWhatTheConfigurationSays() throws Exception {
        write(
                config(
                        """
                        echo "cwd $(pwd)"
                        echo "ids $(id -u) $(id -g) $(id -G)"
                        echo "env $GREETING"
                        echo "host $(hostname)"
                        grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status | tr -s '\\t ' '  '
                        grep 'open files' /proc/self/limits | tr -s ' '
                        echo "soft $(ulimit -n)"
                        echo "oom $(cat /proc/self/oom_score_adj)"
                        touch /file 2>&1
                        touch /frozen/file 2>&1
                        echo "masked $(wc -c </etc/passwd)"
                        grep ' /scratch ' /proc/mounts
                        cut -d ' ' -f 2 /proc/mounts | sort | tr '\\n' ' '; echo
                        mkdir /scratch/directory 2>&1
                        """));
        sunaba.exec("container:create oci all --bundle " + bundle).expectSuccess();
        assertThat(
                        JsonParser.parseString(
                                        sunaba.exec("container:status oci all | json").text())
                                .getAsJsonObject()
                                .getAsJsonObject("annotations")
                                .get("note")
                                .getAsString())
                .isEqualTo("kept");

        assertThat(output("all").lines())
                .contains(
                        "cwd /scratch",
                        "ids 1000 1001 1001 5 7",
                        "env hello world",
                        "host bundled",
                        "CapInh: 0000000000000400",
                        "CapPrm: 0000000000000400",
                        "CapEff: 0000000000000400",
                        "CapBnd: 0000000000000420",
                        "CapAmb: 0000000000000400",
                        "NoNewPrivs: 1",
                        "Seccomp: 2",
                        "Max open files 32 64 files ",
                        "soft 32",
                        "oom 77",
                        "touch: /file: Read-only file system",
                        "touch: /frozen/file: Read-only file system",
                        "masked 0",
                        "mkdir: can't create directory '/scratch/directory': Function not implemented")
                .anySatisfy(line ->
                        assertThat(line)
                                .startsWith("tmpfs /scratch tmpfs rw,nosuid,noexec")
                                .contains("size=3072k"))
                .as("no mounts but its own, and what they are masked with")
                .anySatisfy(line ->
                        assertThat(line)
                                .isEqualTo("/ /etc/passwd /frozen /frozen /proc /scratch "));
    }

    @Test
    void limitsHoldAndAreSeen() throws Exception {
        write(config("sleep 1000"));
        sunaba.exec("container:create oci limited --bundle " + bundle).expectSuccess();
        sunaba.exec("container:start oci limited").expectSuccess();
        JsonObject stats =
                JsonParser.parseString(sunaba.exec("container:stats oci limited | json").text())
                        .getAsJsonObject();
        assertThat(stats.get("memoryLimitBytes").getAsLong()).isEqualTo(32L << 20);
        assertThat(stats.get("processLimit").getAsLong()).isEqualTo(31);
        assertThat(
                        sunaba.exec(
                                        "container:exec oci limited -- grep -E \"CapBnd|NoNew\""
                                                + " /proc/self/status")
                                .text())
                .as("a further process can gain no more")
                .contains("0000000000000420")
                .contains("NoNewPrivs:\t1");
        assertThat(sunaba.exec("container:exec oci limited --env B=c -- env").text())
                .contains("GREETING=hello world\n", "B=c\n");
        sunaba.exec("container:delete --force oci limited").expectSuccess();
    }

    @Test
    void bundleIsFoundFromTheClientsDirectoryAndOptionsChangeIt() throws Exception {
        JsonObject config = config("echo $GREETING from $(hostname) as $(id -u) in $(pwd)");
        config.getAsJsonObject("root")
                .addProperty(
                        "path",
                        bundle.toRealPath()
                                .relativize(Installation.rootfs().toRealPath())
                                .toString());
        write(config);
        sunaba.command(
                        "sh",
                        "-c",
                        "cd "
                                + bundle
                                + " && exec "
                                + sunaba.home().resolve("bin/sunaba")
                                + " exec 'container:create oci near --bundle . --env GREETING=hi"
                                + " --hostname other --user 0 --workdir /'")
                .expectSuccess();
        assertThat(output("near")).isEqualTo("hi from other as 0 in /\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"runc", "crun", "containerd", "podman"})
    void whatToolsWriteRuns(String tool) throws Exception {
        JsonObject config =
                JsonParser.parseString(Files.readString(SAMPLES.resolve(tool + ".json")))
                        .getAsJsonObject();
        config.getAsJsonObject("process")
                .add("args", json("['/bin/sh','-c','echo in $(hostname); id -u']"));
        config.getAsJsonObject("root").addProperty("path", Installation.rootfs().toString());
        // It would want an IPC namespace of its own.
        config.getAsJsonObject("linux").remove("sysctl");
        if (tool.equals("podman")) {
            // A default action of refusing needs a list of hundreds of calls.
            config.getAsJsonObject("linux").remove("seccomp");
        }
        write(config);
        sunaba.exec("container:create oci " + tool + " --bundle " + bundle).expectSuccess();
        assertThat(output(tool)).startsWith("in ").endsWith("0\n");
    }

    @Test
    void whatIsNotSupportedIsNamedAndLeavesNothing() throws Exception {
        JsonObject config = config("true");
        config.add("hooks", json("{'prestart':[{'path':'/bin/true'}]}"));
        write(config);
        sunaba.exec("container:create oci no --bundle " + bundle)
                .expectOneLine(bundle + "/config.json: hooks is not supported");
        sunaba.exec("container:create oci no --bundle " + bundle + "/none")
                .expectOneLine(bundle + "/none/config.json is not there");
        sunaba.exec("container:create oci no --bundle " + bundle + " -- ls")
                .expectOneLine("--bundle and a command exclude each other");
        sunaba.exec("container:status oci no").expectOneLine("no");
    }

    @Test
    void aBundleRunsInASandboxOfItsOwn() throws Exception {
        write(config("cat; exit 6"));
        assertThat(
                        sunaba.sunabaWithInput(
                                "through".getBytes(UTF_8),
                                "exec",
                                "sandbox:run --memory 128M --bundle " + bundle))
                .satisfies(result -> {
                    assertThat(result.text()).as(result.errors()).isEqualTo("through");
                    assertThat(result.status()).isEqualTo(6);
                });
    }
}
