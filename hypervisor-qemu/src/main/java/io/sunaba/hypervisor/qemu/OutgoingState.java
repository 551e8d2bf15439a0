package io.sunaba.hypervisor.qemu;

import com.google.gson.JsonObject;
import io.sunaba.error.ConflictException;
import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import io.sunaba.vmm.snapshot.SavedMachine;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The state of a paused machine's devices.
///
/// QEMU tells it once, and then not again before the guest has run. So it is kept with the
/// machine's files: whatever fails later, the machine can still be saved.
final class OutgoingState {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration IMPATIENCE = Duration.ofSeconds(2);
    private static final String TOLD = "postmigrate";
    private static final int CHUNK = 64 * 1024;

    private final QemuVm vm;
    private final QemuFiles files;
    private final Path part;

    OutgoingState(QemuVm vm) {
        this.vm = vm;
        this.files = vm.files();
        this.part = files.state().resolveSibling("state.new");
    }

    /// Returns the file with the state.
    Path file() throws IOException, InterruptedException {
        try {
            if (!vm.runState().equals(TOLD)) {
                Files.deleteIfExists(files.state());
                transfer();
            } else if (!Files.exists(files.state())) {
                throw new ConflictException(
                        "cannot save machine %s: QEMU has told its state before; resume it first"
                                .formatted(vm.id()));
            }
            return files.state();
        } catch (QmpException e) {
            throw new UnavailableException("cannot save machine " + vm.id(), e);
        }
    }

    private void transfer() throws QmpException, IOException, InterruptedException {
        Files.deleteIfExists(files.stateSocket());
        Files.deleteIfExists(part);
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(files.stateSocket()));
            CompletableFuture<Void> received = receive(server);
            CompletableFuture<Boolean> told = vm.migration().expect();
            // Neither of them waits for anybody, so an interrupt need not part them.
            vm.qmp().executeToTheEnd("migrate-set-capabilities", Migration.capabilities());
            vm.qmp().executeToTheEnd("migrate", Migration.uri(files.stateSocket()));
            boolean interrupted = awaitEnd(told);
            vm.requireAlive("save");
            if (told.join()) {
                keep(received);
            }
            if (interrupted || Thread.interrupted()) {
                throw new InterruptedException("interrupted while machine was saved: " + vm.id());
            }
            if (!told.join()) {
                throw new IOException("QEMU failed to tell the state of the devices");
            }
        } finally {
            Files.deleteIfExists(files.stateSocket());
            Files.deleteIfExists(part);
        }
    }

    /// Writes what comes in, on a thread of its own. Ends when QEMU closes the connection, or
    /// nobody connects any more.
    private CompletableFuture<Void> receive(ServerSocketChannel server) {
        CompletableFuture<Void> received = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("state " + vm.id())
                .start(() -> {
                    try (SocketChannel source = server.accept();
                            FileChannel target = SavedMachine.create(part)) {
                        copy(source, target);
                        received.complete(null);
                    } catch (IOException e) {
                        received.completeExceptionally(e);
                    }
                });
        return received;
    }

    private static void copy(SocketChannel source, FileChannel target) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
        while (source.read(chunk) >= 0) {
            chunk.flip();
            while (chunk.hasRemaining()) {
                target.write(chunk);
            }
            chunk.clear();
        }
    }

    /// Waits until QEMU has told its state, failed to, or ended. An interrupt is no reason to
    /// cancel what takes milliseconds: a state that was cancelled late would not be told again
    /// either.
    ///
    /// @return whether it was interrupted
    private boolean awaitEnd(CompletableFuture<Boolean> told) throws QmpException {
        CompletableFuture<?> end = CompletableFuture.anyOf(told, vm.exit());
        Duration patience = PATIENCE;
        boolean interrupted = false;
        while (true) {
            try {
                end.get(patience.toNanos(), TimeUnit.NANOSECONDS);
                return interrupted;
            } catch (InterruptedException _) {
                interrupted = true;
                patience = IMPATIENCE;
            } catch (TimeoutException e) {
                vm.qmp().executeToTheEnd("migrate_cancel", new JsonObject());
                throw new TimedOutException(
                        "QEMU did not tell the state of machine %s within %d s"
                                .formatted(vm.id(), patience.toSeconds()),
                        e);
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// QEMU would not tell it again, so no interrupt ends this.
    private void keep(CompletableFuture<Void> received) throws IOException {
        try {
            received.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            throw new IOException("the state of the devices could not be received", e.getCause());
        }
        Files.move(part, files.state());
    }
}
