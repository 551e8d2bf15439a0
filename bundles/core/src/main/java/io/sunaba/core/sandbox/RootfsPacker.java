package io.sunaba.core.sandbox;

import java.nio.file.Path;

/// Packs root file systems into images.
@FunctionalInterface
public interface RootfsPacker {
    /// What the images are, as the guest's kernel names it.
    String FILE_SYSTEM = "erofs";

    /// Returns an image of a directory as it is now; made once per content.
    Path image(Path directory) throws InterruptedException;
}
