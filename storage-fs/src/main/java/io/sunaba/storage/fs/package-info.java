/// Metadata storage in files: one record, one file.
@NullMarked
package io.sunaba.storage.fs;

import org.jspecify.annotations.NullMarked;
