package io.sunaba.hypervisor;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/// What a machine boots: kernel, initial RAM disk and a read-only root disk, built together.
///
/// @param kernel an x86-64 bzImage or an ELF kernel with a PVH entry
/// @param initrd a cpio archive
/// @param rootDisk a raw disk image; the first virtio block device of the machine, read-only
/// @param kernelArguments arguments that every hypervisor passes on; it adds its own for the
///   console
/// @param buildHash one hash over all parts: two images of the same hash are the same image
public record GuestImage(
        Path kernel, Path initrd, Path rootDisk, String kernelArguments, String buildHash) {
    public GuestImage {
        requireNonNull(kernel, "kernel is null");
        requireNonNull(initrd, "initrd is null");
        requireNonNull(rootDisk, "rootDisk is null");
        requireNonNull(kernelArguments, "kernelArguments is null");
        requireNonNull(buildHash, "buildHash is null");
    }
}
