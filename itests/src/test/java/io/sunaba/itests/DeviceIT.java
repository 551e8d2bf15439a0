package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Disks come and go while containers run, mounted or as devices, and are what their containers
/// make of them: after the daemon was killed, in the next run of the container and of the VM, and
/// in clones of templates. What cannot be added changes nothing.
class DeviceIT {
    private static Installation sunaba;

    @TempDir Path directory;

    @BeforeAll
    static void start() {
        sunaba = Installation.unpack().cloning().start();
    }

    @AfterAll
    static void stop() {
        sunaba.closeClean();
    }

    private static String succeed(String line) {
        return sunaba.exec(line).expectSuccess().text();
    }

    private static void create(String id, String... options) {
        succeed("sandbox:create --memory 128M --id %s %s".formatted(id, String.join(" ", options)));
        succeed(
                "container:create %s c --rootfs %s -- sleep 100000"
                        .formatted(id, Installation.rootfs()));
        succeed("sandbox:start " + id);
    }

    private static Installation.Result run(String id, String script) {
        return sunaba.exec("container:exec %s c -- sh -c '%s'".formatted(id, script));
    }

    private static String in(String id, String script) {
        return run(id, script).expectSuccess().text().strip();
    }

    private static Installation.Result tryToAdd(String id, Path file, String options) {
        return sunaba.exec("device:add %s --block %s %s".formatted(id, file, options));
    }

    private static void add(String id, Path file, String options) {
        tryToAdd(id, file, options).expectSuccess();
    }

    private static String devices(String id) {
        return succeed("device:list %s | json".formatted(id));
    }

    private static void delete(String id) {
        succeed("sandbox:delete --force " + id);
    }

    @Test
    void diskIsMountedInARunningContainer() throws Exception {
        create("disk");
        Path image = DiskImages.ext4(directory.resolve("data.img"), "from the host");
        add("disk", image, "--id data --container c --destination /srv/data --file-system ext4");
        assertThat(in("disk", "cat /srv/data/host")).isEqualTo("from the host");
        assertThat(in("disk", "grep /srv/data /proc/mounts")).contains(" ext4 rw,");
        in("disk", "echo from the guest > /srv/data/guest");
        assertThat(devices("disk"))
                .contains("\"id\": \"data\"", "\"path\": \"/srv/data\"", image.toString());
        assertThat(succeed("device:list disk")).contains("data", "raw", "ext4", "/srv/data");

        sunaba.killDaemon();
        sunaba.start();
        assertThat(devices("disk")).contains("\"id\": \"data\"");
        succeed("container:stop --force disk c");
        succeed("container:start disk c");
        assertThat(in("disk", "cat /srv/data/guest")).isEqualTo("from the guest");
        succeed("sandbox:stop disk");
        assertThat(devices("disk")).contains("\"path\": null");
        succeed("sandbox:start disk");
        assertThat(in("disk", "cat /srv/data/guest")).isEqualTo("from the guest");

        in("disk", "cd /srv/data; sleep 200000 < /dev/null > /dev/null 2>&1 & echo $! > /pid");
        sunaba.exec("device:remove disk data").expectOneLine("data", "in use", "/srv/data");
        assertThat(in("disk", "cat /srv/data/host")).isEqualTo("from the host");
        in("disk", "kill -9 $(cat /pid)");
        Installation.await(
                "nobody uses it", () -> sunaba.exec("device:remove disk data").status() == 0);
        assertThat(devices("disk").strip()).isEqualTo("[]");
        assertThat(in("disk", "grep -c /srv/data /proc/mounts || ls -A /srv | wc -l"))
                .isEqualTo("0\n0");
        assertThat(DiskImages.read(image, "guest")).isEqualTo("from the guest\n");
        delete("disk");
    }

    @Test
    void diskIsHandedOverAsADevice() throws Exception {
        create("node", "--factory new");
        Path image = DiskImages.blank(directory.resolve("blank.img"));
        assertThat(run("node", "mknod /tmp/any b 254 0 && cat /tmp/any").status()).isNotZero();
        add("node", image, "--id mine --container c --destination /dev/mine");
        in("node", "echo written | dd of=/dev/mine conv=notrunc,fsync");
        assertThat(in("node", "head -c 7 /dev/mine")).isEqualTo("written");
        assertThat(Files.readString(image, ISO_8859_1)).startsWith("written\n");
        Path other = DiskImages.blank(directory.resolve("other.img"));
        add("node", other, "--id other --read-only --container c --destination /dev/x/other");
        assertThat(in("node", "head -c 9 /dev/x/other | wc -c")).isEqualTo("9");
        assertThat(run("node", "echo no > /dev/x/other").status()).isNotZero();
        // Still no other disk than its own.
        assertThat(run("node", "cat /tmp/any").status()).isNotZero();
        succeed("device:remove node other");
        assertThat(run("node", "ls /dev/x").status()).isNotZero();
        assertThat(in("node", "head -c 7 /dev/mine")).isEqualTo("written");
        succeed("container:stop --force node c");
        succeed("container:start node c");
        assertThat(in("node", "head -c 7 /dev/mine")).isEqualTo("written");
        succeed("device:remove node mine");
        assertThat(run("node", "ls /dev/mine").status()).isNotZero();
        delete("node");
    }

    @Test
    void imagesAreQcow2AndReadOnlyTooAndDevicesOfTheHost() throws Exception {
        create("kinds", "--factory", "template");
        Path raw = DiskImages.ext4(directory.resolve("raw.img"), "both");
        Path qcow2 = DiskImages.qcow2(raw, directory.resolve("disk.qcow2"));
        String place = "--container c --file-system ext4 --destination ";
        add("kinds", qcow2, "--format qcow2 --cache unsafe --id q " + place + "/q");
        assertThat(in("kinds", "cat /q/host; echo more > /q/more; ls /q")).startsWith("both");
        succeed("device:remove kinds q");
        add("kinds", qcow2, "--format qcow2 --id q --serial one --read-only " + place + "/again");
        assertThat(in("kinds", "cat /again/more")).isEqualTo("more");
        assertThat(in("kinds", "cat /sys/block/vd*/serial")).contains("one");
        add("kinds", raw, "--read-only --cache none --id r " + place + "/r");
        assertThat(in("kinds", "cat /r/host")).isEqualTo("both");
        assertThat(run("kinds", "touch /r/x").errors()).contains("Read-only");
        assertThat(in("kinds", "grep -c \" ext4 ro,\" /proc/mounts")).isEqualTo("2");
        succeed("device:remove kinds q");
        succeed("device:remove kinds r");
        addDeviceOfTheHost("kinds", place);
        delete("kinds");
    }

    private void addDeviceOfTheHost(String id, String place) throws IOException {
        Path image = DiskImages.ext4(directory.resolve("host.img"), "a device");
        Path device = DiskImages.attach(image);
        try {
            add(id, device, "--id loop --cache none " + place + "/srv");
            assertThat(in(id, "cat /srv/host; echo written > /srv/guest")).isEqualTo("a device");
            succeed("device:remove %s loop".formatted(id));
        } finally {
            DiskImages.detach(device);
        }
        assertThat(DiskImages.read(image, "guest")).isEqualTo("written\n");
    }

    @Test
    void commandInASandboxOfItsOwnHasADisk() throws IOException {
        Path image = DiskImages.ext4(directory.resolve("run.img"), "in");
        assertThat(
                        succeed(
                                "sandbox:run --memory 128M --rootfs %s --disk %s:/data,fs=ext4 -- sh -c 'cat /data/host; echo out > /data/out'"
                                        .formatted(Installation.rootfs(), image)))
                .isEqualTo("in");
        assertThat(DiskImages.read(image, "out")).isEqualTo("out\n");
    }

    @Test
    void clonesOfTemplatesHaveDisks() throws Exception {
        succeed("template:create --memory 128M");
        create("clone", "--factory", "template");
        Path image = DiskImages.ext4(directory.resolve("clone.img"), "cloned");
        add("clone", image, "--id data --container c --destination /data --file-system ext4");
        assertThat(in("clone", "cat /data/host")).isEqualTo("cloned");
        succeed("device:remove clone data");
        delete("clone");
    }

    @Test
    void whatCannotBeAddedChangesNothing() throws IOException {
        create("bad", "--factory new");
        create("rival");
        Path image = DiskImages.ext4(directory.resolve("good.img"), "good");
        Path blank = DiskImages.blank(directory.resolve("blank.img"));
        Path qcow2 = DiskImages.qcow2(blank, directory.resolve("blank.qcow2"));
        String place = "--id new --file-system ext4 --container c --destination /new";
        add("bad", image, "--id data --file-system ext4 --container c --destination /data");
        String before = devices("bad");

        tryToAdd("bad", directory.resolve("no.img"), place).expectOneLine("no.img", "there");
        tryToAdd("bad", directory, place).expectOneLine("block device");
        tryToAdd("bad", qcow2, place).expectOneLine("blank.qcow2", "raw, and it is");
        tryToAdd("bad", blank, "--format qcow2 " + place).expectOneLine("blank.img", "it is none");
        tryToAdd("bad", blank, "--format vdi " + place).expectOneLine("vdi", "raw, qcow2");
        tryToAdd("bad", blank, "--id data").expectOneLine("data already");
        tryToAdd("bad", blank, "--id Data").expectOneLine("'Data'", "a letter first");
        tryToAdd("bad", blank, "--serial 123456789012345678901").expectOneLine("serial", "20");
        tryToAdd("bad", blank, "--container c").expectOneLine("destination");
        tryToAdd("bad", blank, "--container no --destination /x").expectOneLine("container no");
        tryToAdd("bad", blank, "--container c --destination /data")
                .expectOneLine("/data", "something else");
        tryToAdd("bad", blank, "--container c --destination /").expectOneLine("'/'");
        tryToAdd("bad", blank, place).expectOneLine("new", "ext4");
        tryToAdd("bad", blank, place.replace("ext4", "nofs")).expectOneLine("new", "nofs");
        tryToAdd("rival", image, place).expectOneLine("good.img", "locked");
        sunaba.exec("device:add bad").expectOneLine("--block");
        sunaba.exec("device:remove bad nonesuch").expectOneLine("no device nonesuch");

        assertThat(devices("bad")).isEqualTo(before);
        assertThat(in("bad", "cat /data/host; ls -d /new 2>/dev/null | wc -l")).isEqualTo("good0");
        assertThat(devices("rival").strip()).isEqualTo("[]");
        delete("rival");
        int added = 0;
        Installation.Result result = tryToAdd("bad", blank, "--read-only");
        while (result.status() == 0 && added < 64) {
            added++;
            result = tryToAdd("bad", blank, "--read-only");
        }
        assertThat(added).isBetween(8, 63);
        result.expectOneLine("no slot");
        String full = devices("bad");
        sunaba.exec("interface:add bad --name eth0").expectOneLine("no slot");
        sunaba.exec("device:add bad --share " + directory).expectOneLine("no slot");
        assertThat(devices("bad")).isEqualTo(full);
        assertThat(succeed("interface:list bad")).doesNotContain("eth0");
        assertThat(in("bad", "cat /data/host")).isEqualTo("good");
        delete("bad");
    }
}
