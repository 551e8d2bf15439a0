package io.sunaba.guest.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockDevicesTest {
    @TempDir private Path bus;
    @TempDir private Path files;

    private BlockDevices devices() throws Exception {
        ExecutorService executor = Threads.pool();
        SystemCalls calls = new LinuxSystemCalls();
        return new BlockDevices(bus, files, new Uevents(calls, new EventLoop(calls, executor)));
    }

    @Test
    void aDiskIsFoundBehindItsPort() throws Exception {
        Files.createDirectories(bus.resolve("0000:00:08.0/0000:01:00.0/virtio5/block/vdb"));
        Files.createDirectories(bus.resolve("0000:00:08.1/0000:02:00.0/virtio6/block/vdc"));
        Files.createDirectories(bus.resolve("0000:00:09.0/0000:03:00.0/virtio7/net"));
        BlockDevices devices = devices();

        assertThat(devices.find("08/00")).as("without its file yet").isEmpty();
        Path b = Files.createFile(files.resolve("vdb"));
        Path c = Files.createFile(files.resolve("vdc"));
        assertThat(devices.await("08/00")).isEqualTo(b);
        assertThat(devices.await("08.1/00")).isEqualTo(c);
        assertThat(devices.find("09/00")).as("no disk").isEmpty();
        assertThat(devices.find("0a/00")).as("nothing").isEmpty();
    }

    @Test
    void whatIsNoPlaceIsRefused() throws Exception {
        assertThatThrownBy(() -> devices().await("../x"))
                .hasMessageContaining("'../x' is neither a PCI path nor a device");
        assertThatThrownBy(() -> devices().await("/dev/no-such-disk"))
                .hasMessageContaining("no block device /dev/no-such-disk");
    }

    @Test
    void eventsOfTheKernelAreUnderstood() {
        byte[] event =
                "add@/devices/pci0000:00/x\0ACTION=add\0MODALIAS=pci:v1\0SEQNUM=1\0"
                        .getBytes(UTF_8);

        assertThat(Uevents.Event.parse(event, event.length))
                .isEqualTo(new Uevents.Event("add", "/devices/pci0000:00/x", "pci:v1"));
        byte[] other = "libudev\0stuff".getBytes(UTF_8);
        assertThat(Uevents.Event.parse(other, other.length)).isNull();
    }

    @Test
    void crunsWordsComeWithoutItsClock() {
        assertThat(Crun.words("2026-01-02T03:04:05.123456789Z: no such container"))
                .isEqualTo("no such container");
        assertThat(Crun.words("error: x")).isEqualTo("error: x");
    }
}
