package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.itests.Installation.Background;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the containers of a sandbox have in common: network, IPC, and, on request, processes.
class SharedNamespacesIT {
    private static Installation sunaba;

    @BeforeAll
    static void startSandbox() {
        sunaba = Installation.unpack().cloning().start();
        succeed("sandbox:create --id shared --memory 192M --cpus 1 --share-pid");
        run("a");
        run("b");
    }

    @AfterAll
    static void stop() {
        succeed("sandbox:delete --force shared");
        sunaba.closeClean();
    }

    private static String succeed(String line) {
        return sunaba.exec(line).expectSuccess().text();
    }

    private static void run(String container) {
        succeed(
                "container:create shared %s --rootfs %s -- sleep 100000"
                        .formatted(container, Installation.rootfs()));
        if (container.equals("a")) {
            succeed("sandbox:start shared");
        } else {
            succeed("container:start shared " + container);
        }
    }

    private static String in(String container, String command) {
        return succeed("container:exec shared %s -- /bin/sh -c '%s'".formatted(container, command))
                .strip();
    }

    private static String processes(String container) {
        return in(container, "ps -o pid,stat,args");
    }

    @Test
    void networkIsOne() throws Exception {
        assertThat(in("a", "ip addr")).contains("127.0.0.1/8").isEqualTo(in("b", "ip addr"));
        Background server =
                sunaba.execInBackground("container:exec shared a -- nc -l -p 7000 127.0.0.1");
        Installation.await(
                "a listens", () -> in("b", "grep -c :1B58 /proc/net/tcp || true").equals("1"));
        in("b", "echo over localhost | nc 127.0.0.1 7000");
        assertThat(server.awaitEnd()).isZero();
        assertThat(server.output()).contains("over localhost");
    }

    @Test
    void theyKnowWhereTheyAreInTheNetwork() {
        for (String container : new String[] {"a", "b"}) {
            assertThat(in(container, "cat /etc/hostname; hostname")).isEqualTo("shared\nshared");
            assertThat(in(container, "cat /etc/hosts"))
                    .contains("127.0.0.1\tlocalhost")
                    .contains("::1\tlocalhost")
                    .contains("127.0.1.1\tshared");
            assertThat(in(container, "ping -c 1 localhost >/dev/null && echo reached"))
                    .isEqualTo("reached");
            assertThat(in(container, "ls -i /etc/resolv.conf"))
                    .isEqualTo(in("a", "ls -i /etc/resolv.conf"));
        }
    }

    @Test
    void sharedMemoryIsOne() {
        in("a", "echo seen by both >/dev/shm/note");
        assertThat(in("b", "cat /dev/shm/note; rm /dev/shm/note")).isEqualTo("seen by both");
        assertThat(in("a", "ls /dev/shm")).isEmpty();
        String namespace = in("a", "readlink /proc/self/ns/ipc");
        assertThat(namespace).startsWith("ipc:").isEqualTo(in("b", "readlink /proc/self/ns/ipc"));
    }

    @Test
    void processesAreSeenByAll() {
        assertThat(in("a", "readlink /proc/self/ns/pid"))
                .isEqualTo(in("b", "readlink /proc/self/ns/pid"));
        assertThat(processes("a").lines().filter(line -> line.contains("sleep 100000")))
                .as("the first processes of a and b")
                .hasSizeGreaterThanOrEqualTo(2);
        assertThat(processes("a").lines().filter(line -> line.strip().startsWith("1 ")))
                .as("the namespace's own")
                .hasSize(1)
                .noneMatch(line -> line.contains("100000"));
    }

    @Test
    void orphansLeaveNoTrace() {
        in("a", "for i in 1 2 3; do (sleep 1 &); done");
        Installation.await("they ended", () -> !processes("b").contains("sleep 1\n"));
        assertThat(processes("b").lines().skip(1))
                .noneMatch(line -> line.strip().split(" +", 3)[1].startsWith("Z"));
    }

    @Test
    void theNamespaceOutlivesWhoTriesToEndIt() {
        in("a", "kill -9 1; kill -TERM 1; true");
        assertThat(in("b", "echo lives")).isEqualTo("lives");
        assertThat(in("a", "ls /proc/1/root/ 2>&1 || true"))
                .as("what its first process sees is not the machine")
                .doesNotContain("init", "modules");
    }

    @Test
    void oneEndsAndTheOthersGoOn() {
        run("c");
        in("c", "sleep 4242 >/dev/null 2>&1 </dev/null &");
        assertThat(processes("b")).contains("sleep 4242");
        succeed("container:kill shared c --signal KILL");
        succeed("container:wait shared c");
        Installation.await(
                "all of c is gone, though its first process alone was killed",
                () -> !processes("b").contains("sleep 4242"));
        assertThat(in("a", "echo a")).isEqualTo("a");
        succeed("container:start shared c");
        assertThat(in("c", "echo again")).isEqualTo("again");
        succeed("container:kill shared c --signal KILL --all");
        succeed("container:wait shared c");
        succeed("container:delete shared c");
        assertThat(in("b", "echo b")).isEqualTo("b");
    }
}
