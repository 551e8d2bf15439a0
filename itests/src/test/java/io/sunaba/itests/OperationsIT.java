package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.sunaba.itests.Installation.Background;
import io.sunaba.itests.Installation.Result;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// Every operation of the sandbox API through its command, on one running sandbox: what it does,
/// and what it refuses. docs/api.md names the test of each.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OperationsIT {
    private static final String CREATE = " --rootfs " + Installation.rootfs() + " -- ";
    private static Installation sunaba;

    @BeforeAll
    static void startSandbox() {
        sunaba = Installation.unpack().cloning().start();
        succeed("sandbox:create --id ops --memory 256M --cpus 1");
        succeed("sandbox:start ops");
        run("base", "sleep 100000");
    }

    @AfterAll
    static void stop() {
        sunaba.close();
    }

    private static String succeed(String line) {
        return sunaba.exec(line).expectSuccess().text();
    }

    private static JsonObject json(String line) {
        return JsonParser.parseString(succeed(line + " | json")).getAsJsonObject();
    }

    private static String state(String container) {
        return json("container:status ops " + container).get("state").getAsString();
    }

    private static int await(String container) {
        return json("container:wait ops " + container).get("code").getAsInt();
    }

    /// Creates and starts a container.
    private static void run(String container, String program) {
        succeed("container:create ops " + container + CREATE + program);
        succeed("container:start ops " + container);
    }

    private static void remove(String container) {
        succeed("container:delete --force ops " + container);
        sunaba.exec("container:status ops " + container).expectOneLine("ops", container);
    }

    private static String in(String container, String command) {
        return succeed("container:exec ops " + container + " -- /bin/sh -c '" + command + "'")
                .strip();
    }

    @Test
    void createSandbox() {
        succeed("sandbox:create --id made --memory 128M --cpus 1");

        JsonObject status = json("sandbox:status made");
        assertThat(status.get("state").getAsString()).isEqualTo("READY");
        assertThat(status.get("memoryBytes").getAsLong()).isEqualTo(128L << 20);
        assertThat(sunaba.machines()).hasSize(2);
        sunaba.exec("sandbox:create --id made").expectOneLine("made", "already");
        sunaba.exec("sandbox:create --id ../up").expectOneLine("../up");
        succeed("sandbox:delete made");
        assertThat(sunaba.machines()).hasSize(1);
    }

    @Test
    void status() {
        JsonObject status = json("sandbox:status ops");

        assertThat(status.get("state").getAsString()).isEqualTo("RUNNING");
        assertThat(status.getAsJsonArray("containers")).isNotEmpty();
        sunaba.exec("sandbox:status nonesuch").expectOneLine("nonesuch");
    }

    @Test
    void stats() {
        JsonObject stats = json("sandbox:stats ops");

        JsonObject machine = stats.getAsJsonObject("machine");
        assertThat(machine.get("residentBytes").getAsLong()).isGreaterThan(1L << 20);
        assertThat(machine.get("threads").getAsInt()).isPositive();
        assertThat(stats.getAsJsonArray("containers")).isNotEmpty();
        sunaba.exec("sandbox:stats nonesuch").expectOneLine("nonesuch");
    }

    @Test
    void updateRuntimeMetrics() {
        double before = cpuOfMachine();
        in("base", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done");

        assertThat(cpuOfMachine()).isGreaterThan(before);
    }

    private static double cpuOfMachine() {
        Matcher user =
                Pattern.compile("kata_hypervisor_proc_stat\\{[^}]*item=\"utime\"[^}]*} (\\S+)")
                        .matcher(succeed("sandbox:metrics ops"));
        assertThat(user.find()).isTrue();
        return Double.parseDouble(user.group(1));
    }

    @Test
    void release() {
        succeed("sandbox:release ops");

        assertThat(json("sandbox:status ops").get("state").getAsString()).isEqualTo("RUNNING");
        assertThat(in("base", "echo again")).isEqualTo("again");
        sunaba.exec("sandbox:release nonesuch").expectOneLine("nonesuch");
    }

    @Test
    void createContainer() {
        succeed("container:create ops new" + CREATE + "sleep 1000");

        assertThat(state("new")).isEqualTo("READY");
        sunaba.exec("container:create ops new" + CREATE + "true").expectOneLine("new", "already");
        sunaba.exec("container:create ops other --rootfs /nonesuch -- true")
                .expectOneLine("/nonesuch");
        remove("new");
    }

    @Test
    void startContainer() {
        succeed("container:create ops begin" + CREATE + "/bin/sh -c 'exit 4'");
        succeed("container:start ops begin");

        assertThat(await("begin")).isEqualTo(4);
        sunaba.exec("container:start ops base").expectOneLine("base", "RUNNING", "startContainer");
        succeed("container:start ops begin");
        assertThat(await("begin")).as("a second time").isEqualTo(4);
        remove("begin");
    }

    @Test
    void deleteContainer() {
        run("gone", "sleep 1000");
        sunaba.exec("container:delete ops gone")
                .expectOneLine("gone", "RUNNING", "deleteContainer");
        succeed("container:stop --force ops gone");
        succeed("container:delete ops gone");

        sunaba.exec("container:status ops gone").expectOneLine("gone");
        sunaba.exec("container:delete ops gone").expectOneLine("gone");
    }

    @Test
    void enterContainer() {
        String id = "container:exec ops base ";
        assertThat(
                        succeed(
                                id
                                        + "--user 1000:1001 --workdir /tmp --env A=b -- /bin/sh -c"
                                        + " 'id -u; id -g; pwd; echo $A'"))
                .isEqualTo("1000\n1001\n/tmp\nb\n");
        Result failing = sunaba.exec(id + "-- /bin/sh -c 'echo bad >&2; exit 9'");
        assertThat(failing.status()).isEqualTo(9);
        assertThat(failing.errors()).isEqualTo("bad\n");
        sunaba.exec(id + "-- /nonesuch").expectOneLine("/nonesuch");
        sunaba.exec(id + "--user nobody-here -- true").expectOneLine("nobody-here");
        sunaba.exec(id + "--workdir /nonesuch -- true").expectOneLine("/nonesuch");
    }

    @Test
    void killContainer() {
        run("victim", "sleep 1000");
        sunaba.exec("container:kill ops victim --signal NONESUCH").expectOneLine("NONESUCH");
        sunaba.exec("container:kill ops victim --signal 65").expectOneLine("65");
        succeed("container:kill ops victim --signal KILL");
        assertThat(await("victim")).isEqualTo(137);
        succeed("container:kill ops victim --signal KILL");
        remove("victim");

        run("family", "/bin/sh -c 'sleep 1000 & sleep 1000 & exec sleep 1000'");
        succeed("container:kill ops family --signal 9 --all");
        assertThat(await("family")).isEqualTo(137);
        remove("family");
    }

    @Test
    void signalProcess() throws Exception {
        run("signals", "sleep 1000");
        String process =
                succeed(
                                "container:exec --detach ops signals -- /bin/sh -c"
                                        + " 'trap \"exit 5\" USR1; echo ready; while :; do sleep 0.1; done'")
                        .strip();
        Background attached =
                sunaba.execInBackground("container:attach ops signals --process " + process);
        attached.awaitOutput("ready");
        succeed("container:kill ops signals --signal USR1 --process " + process);

        assertThat(attached.awaitEnd()).isEqualTo(5);
        assertThat(json("container:wait ops signals --process " + process).get("code").getAsInt())
                .isEqualTo(5);
        sunaba.exec("container:kill ops signals --process nonesuch").expectOneLine("nonesuch");
        remove("signals");
    }

    @Test
    void pauseContainer() {
        run("frozen", "sleep 1000");
        succeed("container:pause ops frozen");

        assertThat(state("frozen")).isEqualTo("PAUSED");
        sunaba.exec("container:exec ops frozen -- true").expectOneLine("frozen", "PAUSED");
        sunaba.exec("container:pause ops frozen").expectOneLine("frozen", "PAUSED");
        succeed("container:resume ops frozen");
        remove("frozen");
    }

    @Test
    void resumeContainer() {
        run("thawed", "sleep 1000");
        succeed("container:pause ops thawed");
        succeed("container:resume ops thawed");

        assertThat(state("thawed")).isEqualTo("RUNNING");
        assertThat(in("thawed", "echo on")).isEqualTo("on");
        sunaba.exec("container:resume ops thawed").expectOneLine("thawed", "RUNNING");
        remove("thawed");
    }

    @Test
    void processListContainer() {
        run("many", "/bin/sh -c 'sleep 1001 & exec sleep 1002'");

        Installation.await(
                "both processes",
                () ->
                        succeed("container:processes ops many")
                                .matches("(?s).*sleep 100[12].*sleep 100[12].*"));
        assertThat(succeed("container:processes ops many"))
                .contains("CMD", "sleep 1001", "sleep 1002");
        JsonObject list = json("container:processes ops many --ps '-o nspid,args'");
        assertThat(strings(list.getAsJsonArray("columns"))).containsExactly("NSPID", "CMD");
        assertThat(list.getAsJsonArray("rows")).hasSize(2);
        sunaba.exec("container:processes ops many --ps '-o nonesuch'").expectOneLine("nonesuch");
        remove("many");
    }

    private static List<String> strings(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonElement::getAsString)
                .toList();
    }

    @Test
    void statsContainer() {
        JsonObject stats = json("container:stats ops base");

        assertThat(stats.get("memoryBytes").getAsLong()).isPositive();
        assertThat(stats.get("processes").getAsLong()).isEqualTo(1);
        sunaba.exec("container:stats ops nonesuch").expectOneLine("nonesuch");
    }

    @Test
    void statusContainer() {
        JsonObject status = json("container:status ops base");

        assertThat(status.get("state").getAsString()).isEqualTo("RUNNING");
        assertThat(strings(status.getAsJsonArray("command"))).containsExactly("sleep", "100000");
        sunaba.exec("container:status ops nonesuch").expectOneLine("nonesuch");
    }

    @Test
    void stopContainer() {
        run("polite", "/bin/sh -c 'trap \"exit 6\" TERM; while :; do sleep 0.1; done'");
        Installation.await("trap", () -> in("polite", "grep SigCgt /proc/1/status").contains("4"));
        succeed("container:stop ops polite");
        assertThat(await("polite")).isEqualTo(6);
        assertThat(state("polite")).isEqualTo("STOPPED");
        succeed("container:stop ops polite");
        remove("polite");

        run("rude", "sleep 1000");
        succeed("container:stop --force ops rude");
        assertThat(await("rude")).isEqualTo(137);
        remove("rude");
    }

    @Test
    void updateContainer() {
        run("limited", "sleep 1000");
        succeed("container:update ops limited --memory-limit 32M --pids-limit 17 --cpu-shares 512");

        JsonObject stats = json("container:stats ops limited");
        assertThat(stats.get("memoryLimitBytes").getAsLong()).isEqualTo(32L << 20);
        assertThat(stats.get("processLimit").getAsLong()).isEqualTo(17);
        sunaba.exec("container:update ops limited").expectOneLine("nothing to change");
        sunaba.exec("container:update ops limited --pids-limit 0").expectOneLine("0", "at least 1");
        sunaba.exec("container:update ops limited --cpu-shares x").expectOneLine("x");
        remove("limited");
    }

    @Test
    void waitProcess() throws Exception {
        run("slow", "/bin/sh -c 'read line; exit 8'");
        Background first = sunaba.execInBackground("container:wait ops slow");
        Background second = sunaba.execInBackground("container:wait ops slow");
        assertThat(json("container:stats ops slow").get("processes").getAsInt())
                .as("a wait blocks nobody")
                .isEqualTo(1);
        assertThat(
                        sunaba.sunabaWithInput(
                                "go\n".getBytes(UTF_8), "exec", "container:attach ops slow"))
                .satisfies(attached -> assertThat(attached.status()).isEqualTo(8));

        assertThat(first.awaitEnd()).isZero();
        assertThat(second.awaitEnd()).isZero();
        assertThat(first.output()).contains("8");
        assertThat(await("slow")).as("again, afterwards").isEqualTo(8);
        sunaba.exec("container:wait ops slow --process nonesuch").expectOneLine("nonesuch");
        remove("slow");
    }

    @Test
    void winsizeProcess() {
        succeed("container:create --tty ops screen" + CREATE + "sleep 1000");
        succeed("container:start ops screen");
        succeed("container:resize ops screen 33 101");

        assertThat(in("screen", "stty size < /proc/1/fd/0")).isEqualTo("33 101");
        sunaba.exec("container:resize ops screen 0 101").expectOneLine("0");
        sunaba.exec("container:resize ops screen tall 101").expectOneLine("tall");
        sunaba.exec("container:resize ops base 33 101").expectOneLine("base");
        remove("screen");
    }

    @Test
    void ioStream() {
        run("echo", "/bin/sh -c 'cat; echo end >&2'");
        byte[] input = new byte[100_000];
        for (int i = 0; i < input.length; i++) {
            input[i] = (byte) (i * 31 + i / 251);
        }
        Result attached = sunaba.sunabaWithInput(input, "exec", "container:attach ops echo");

        assertThat(attached.output()).as("binary, and closed by its end").isEqualTo(input);
        assertThat(attached.errors()).isEqualTo("end\n");
        remove("echo");
    }

    @Test
    void getOomEvent() throws Exception {
        Background oom = sunaba.execInBackground("sandbox:oom ops");
        run("hungry", "/bin/sh -c 'read line; exec tail /dev/zero'");
        succeed("container:update ops hungry --memory-limit 16M");
        assertThat(
                        sunaba.sunabaWithInput(
                                        "go\n".getBytes(UTF_8),
                                        "exec",
                                        "container:attach ops hungry")
                                .status())
                .isEqualTo(137);

        assertThat(oom.awaitEnd()).isZero();
        assertThat(oom.output()).contains("hungry");
        remove("hungry");
    }

    @Test
    @Order(Integer.MAX_VALUE - 1)
    void stopAndStart() {
        succeed("sandbox:stop ops");
        assertThat(json("sandbox:status ops").get("state").getAsString()).isEqualTo("STOPPED");
        assertThat(sunaba.machines()).isEmpty();
        sunaba.exec("container:exec ops base -- true").expectOneLine("ops", "STOPPED");
        succeed("sandbox:stop ops");

        succeed("sandbox:start ops");
        assertThat(in("base", "echo back")).isEqualTo("back");
        sunaba.exec("sandbox:start ops").expectOneLine("ops", "RUNNING", "start");
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void delete() throws Exception {
        sunaba.exec("sandbox:delete ops").expectOneLine("ops", "RUNNING", "delete");
        long machine = sunaba.machines().getFirst();
        assertThat(sunaba.command("kill", "-STOP", Long.toString(machine)).status()).isZero();
        sunaba.exec("sandbox:stop --force ops").expectSuccess();
        assertThat(ProcessHandle.of(machine)).as("a guest that is silent").isEmpty();
        succeed("sandbox:delete ops");

        sunaba.exec("sandbox:status ops").expectOneLine("ops");
        sunaba.exec("sandbox:delete ops").expectOneLine("ops");
        sunaba.assertNothingLeft();
    }
}
