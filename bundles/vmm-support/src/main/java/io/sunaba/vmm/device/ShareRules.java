package io.sunaba.vmm.device;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.hypervisor.ShareSpec;
import java.nio.file.Files;

/// What a shared directory must be before a daemon gets to see it.
public final class ShareRules {
    private ShareRules() {}

    /// Checks a shared directory.
    ///
    /// @throws RejectedException if a rule is broken
    /// @throws NotFoundException if the directory is missing
    public static void check(ShareSpec share) {
        DeviceRules.checkId(DeviceKind.SHARE, share.id());
        if (!share.directory().isAbsolute()) {
            throw new RejectedException(
                    "directory '%s' to share as %s must be an absolute path"
                            .formatted(share.directory(), share.id()));
        }
        if (!Files.exists(share.directory())) {
            throw new NotFoundException(
                    "directory %s to share as %s does not exist"
                            .formatted(share.directory(), share.id()));
        }
        if (!Files.isDirectory(share.directory())) {
            throw new RejectedException(
                    "%s to share as %s must be a directory"
                            .formatted(share.directory(), share.id()));
        }
    }
}
