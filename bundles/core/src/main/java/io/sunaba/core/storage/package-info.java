/// Which storage plugin holds the records, and how they move to another.
@NullMarked
package io.sunaba.core.storage;

import org.jspecify.annotations.NullMarked;
