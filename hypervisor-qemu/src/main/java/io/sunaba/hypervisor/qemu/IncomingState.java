package io.sunaba.hypervisor.qemu;

import io.sunaba.error.TimedOutException;
import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Gives a new machine the state of the devices of a saved one. A QEMU that cannot make sense of it
/// ends.
final class IncomingState {
    private final QemuVm vm;
    private final Path state;

    /// @param state the file with the state
    IncomingState(QemuVm vm, Path state) {
        this.vm = vm;
        this.state = state;
    }

    /// Loads the state; afterwards the machine is paused.
    ///
    /// @throws UnavailableException if QEMU ended, or does not take it
    void load(Duration timeout) throws InterruptedException {
        Path socket = vm.files().stateSocket();
        CompletableFuture<Boolean> loaded = vm.migration().expect();
        try {
            Qmp qmp = vm.qmp();
            // Nobody waits for the first answer: QEMU takes one command after the other.
            String set = "migrate-set-capabilities";
            var capable = qmp.send(set, Migration.capabilities());
            qmp.execute("migrate-incoming", Migration.uri(socket));
            Qmp.answer(capable, set);
            send(socket);
            if (!awaitEnd(loaded, timeout)) {
                throw new UnavailableException("QEMU does not take the state " + state);
            }
            vm.restored();
        } catch (QmpException e) {
            throw new UnavailableException("QEMU does not take the state " + state, e);
        } catch (ClosedByInterruptException _) {
            Thread.interrupted();
            throw new InterruptedException("interrupted while machine was restored: " + vm.id());
        } catch (IOException e) {
            throw new UnavailableException("cannot give QEMU the state " + state, e);
        }
    }

    private void send(Path socket) throws IOException {
        try (FileChannel source = FileChannel.open(state, StandardOpenOption.READ);
                SocketChannel target = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            Files.deleteIfExists(socket);
            long size = source.size();
            long sent = 0;
            while (sent < size) {
                sent += source.transferTo(sent, size - sent, target);
            }
        }
    }

    private boolean awaitEnd(CompletableFuture<Boolean> loaded, Duration timeout)
            throws InterruptedException {
        try {
            CompletableFuture.anyOf(loaded, vm.exit()).get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return loaded.getNow(false);
        } catch (TimeoutException e) {
            throw new TimedOutException(
                    "QEMU did not load %s within %d ms".formatted(state, timeout.toMillis()), e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
