package io.sunaba.core.sandbox;

import io.sunaba.core.record.ContainerRecord;
import io.sunaba.error.RejectedException;
import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.Rootfs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// Packs the root file systems of containers, all at once and while other work goes on.
final class RootImages implements AutoCloseable {
    private final Map<String, CompletableFuture<RootImage>> images = new HashMap<>();
    private final List<Thread> threads = new ArrayList<>();

    RootImages(RootfsPacker packer, List<ContainerConfig> containers) {
        for (ContainerConfig container : containers) {
            CompletableFuture<RootImage> image = new CompletableFuture<>();
            images.put(container.id(), image);
            threads.add(
                    Thread.startVirtualThread(() -> {
                        try {
                            image.complete(image(packer, container.rootfs()));
                        } catch (Throwable e) {
                            image.completeExceptionally(e);
                        }
                    }));
        }
    }

    /// Takes up the images that containers were created from; packs those that are gone again.
    static RootImages again(RootfsPacker packer, List<ContainerRecord> containers) {
        RootImages images =
                new RootImages(
                        packer,
                        containers.stream()
                                .filter(container -> !Files.exists(container.image()))
                                .map(ContainerRecord::config)
                                .toList());
        for (ContainerRecord container : containers) {
            images.images.putIfAbsent(
                    container.id(),
                    CompletableFuture.completedFuture(
                            new RootImage(container.image(), container.fileSystem())));
        }
        return images;
    }

    private static RootImage image(RootfsPacker packer, Rootfs rootfs) throws InterruptedException {
        return switch (rootfs) {
            case Rootfs.Packed(Path directory) ->
                    new RootImage(packer.image(directory), RootfsPacker.FILE_SYSTEM);
            case Rootfs.Image(Path file, String fileSystem) -> new RootImage(file, fileSystem);
            case Rootfs.Shared(Path directory) ->
                    throw new RejectedException("rootfs " + directory + " cannot be an image");
        };
    }

    /// Waits for the image of a container.
    RootImage of(String containerId) throws InterruptedException {
        CompletableFuture<RootImage> image = images.get(containerId);
        if (image == null) {
            throw new IllegalArgumentException("no image was asked for for " + containerId);
        }
        try {
            return image.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /// Gives up what is not packed yet.
    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
