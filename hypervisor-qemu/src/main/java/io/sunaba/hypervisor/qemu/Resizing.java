package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.sunaba.error.ConflictException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.MachineState;
import io.sunaba.hypervisor.Resize;
import io.sunaba.vmm.machine.Settling;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives a machine processors, and memory to the device that has room for it.
///
/// Processors are never taken away: a QEMU older than 10 that did it once aborts when the next one
/// is plugged. The guest leaves them alone when it is told to.
final class Resizing implements Resize {
    private static final Logger LOG = LoggerFactory.getLogger(Resizing.class);
    private static final String ROOM = "/machine/peripheral/" + CommandLine.ROOM;

    private static final String SUMMARY = "query-memory-size-summary";

    private final QemuVm vm;

    Resizing(QemuVm vm) {
        this.vm = vm;
    }

    /// How much memory the device has, and can have.
    private record Room(long size, long most, long unit) {}

    @Override
    public int resizeVcpus(int vcpus) throws InterruptedException {
        vm.changes().lockInterruptibly();
        try {
            vm.requireAlive("resize");
            JsonArray sockets = ask("query-hotpluggable-cpus").getAsJsonArray();
            if (vcpus < 1 || vcpus > sockets.size()) {
                throw new RejectedException(
                        "machine %s cannot have %d vCPUs: it can have 1 to %d"
                                .formatted(vm.id(), vcpus, sockets.size()));
            }
            SortedMap<Integer, JsonObject> free = free(sockets);
            int present = sockets.size() - free.size();
            for (Map.Entry<Integer, JsonObject> socket : free.entrySet()) {
                if (present < vcpus) {
                    plug(socket.getKey(), socket.getValue());
                    present++;
                }
            }
            return present;
        } catch (QmpException e) {
            throw new UnavailableException("cannot resize machine " + vm.id(), e);
        } finally {
            vm.changes().unlock();
        }
    }

    /// Returns the sockets without a processor, by their numbers.
    private static SortedMap<Integer, JsonObject> free(JsonArray sockets) {
        SortedMap<Integer, JsonObject> free = new TreeMap<>();
        for (JsonElement entry : sockets) {
            JsonObject socket = entry.getAsJsonObject();
            if (!socket.has("qom-path")) {
                free.put(socket.getAsJsonObject("props").get("socket-id").getAsInt(), socket);
            }
        }
        return free;
    }

    private void plug(int number, JsonObject socket) throws QmpException {
        JsonObject processor = socket.getAsJsonObject("props").deepCopy();
        processor.addProperty("driver", socket.get("type").getAsString());
        processor.addProperty("id", "vcpu-" + number);
        vm.qmp().executeToTheEnd("device_add", processor);
    }

    @Override
    public long resizeMemory(long memoryBytes) throws InterruptedException {
        vm.changes().lockInterruptibly();
        try {
            vm.requireAlive("resize");
            var summary = vm.qmp().send(SUMMARY, new JsonObject());
            Room room = room();
            long base = base(Qmp.answer(summary, SUMMARY));
            if (memoryBytes < base || memoryBytes > base + room.most()) {
                throw new RejectedException(
                        "machine %s cannot have %d bytes of memory: it can have %d to %d"
                                .formatted(vm.id(), memoryBytes, base, base + room.most()));
            }
            long wanted = (memoryBytes - base + room.unit() - 1) / room.unit() * room.unit();
            return base + (wanted == room.size() ? wanted : change(room, wanted));
        } catch (QmpException e) {
            throw new UnavailableException("cannot resize machine " + vm.id(), e);
        } finally {
            vm.changes().unlock();
        }
    }

    private long change(Room room, long wanted) throws QmpException, InterruptedException {
        if (vm.state() != MachineState.RUNNING) {
            throw new ConflictException(
                    "cannot resize the memory of machine %s: it is %s, and only a running guest can take or give any"
                            .formatted(vm.id(), vm.state()));
        }
        request(wanted);
        long reached = room.size();
        try {
            reached = Settling.await(wanted, reached, () -> room().size());
        } finally {
            if (reached != wanted) {
                // What the guest would do later, nobody would know.
                reached = room().size();
                request(reached);
                LOG.warn(
                        "machine {}: its guest stops at {} of {} bytes of added memory",
                        vm.id(),
                        reached,
                        wanted);
            }
        }
        return reached;
    }

    private void request(long bytes) throws QmpException {
        JsonObject arguments = QmpArguments.property(ROOM, "requested-size");
        arguments.addProperty("value", bytes);
        vm.qmp().executeToTheEnd("qom-set", arguments);
    }

    /// Returns what there is of memory that was added; nothing can be where there is no device.
    private Room room() throws QmpException {
        for (JsonElement device : ask("query-memory-devices").getAsJsonArray()) {
            JsonObject data = device.getAsJsonObject().getAsJsonObject("data");
            if (data.get("id").getAsString().equals(CommandLine.ROOM)) {
                return new Room(
                        data.get("size").getAsLong(),
                        data.get("max-size").getAsLong(),
                        data.get("block-size").getAsLong());
            }
        }
        return new Room(0, 0, 1);
    }

    /// Returns the bytes of memory that the machine was made with.
    long baseMemory() throws QmpException {
        return base(ask(SUMMARY));
    }

    private static long base(JsonElement summary) {
        return summary.getAsJsonObject().get("base-memory").getAsLong();
    }

    /// Tells whether memory was added and is still there.
    boolean grown() throws QmpException {
        return room().size() > 0;
    }

    private JsonElement ask(String command) throws QmpException {
        return vm.qmp().executeToTheEnd(command, new JsonObject());
    }
}
