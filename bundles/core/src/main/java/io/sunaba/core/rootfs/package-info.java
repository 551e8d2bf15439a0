/// Packs the directories that containers take as their root file system into read-only images.
@NullMarked
package io.sunaba.core.rootfs;

import org.jspecify.annotations.NullMarked;
