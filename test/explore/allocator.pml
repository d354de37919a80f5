/*
 * The buffer space of one mapping, from the rules ALLOC-12 to ALLOC-25 of docs/rules.md, a second time.
 *
 * Nothing here knows model/: a mapping is an array of units of 8 bytes, a buffer is a mark at its first unit, a free
 * region is a run without buffers, and who became free when is a list. UNITS is given by who runs spin.
 */
#define FREE 0
/* A mark is the units of the buffer, and this for a oneway. */
#define ONEWAY 16
#define UNITS_OF(mark) (mark % ONEWAY)
#define ROUNDED(bytes) ((bytes + 7) / 8)

/* Marks of the buffers by first unit. */
byte buffer[UNITS];
/* First units of the free regions, the one that became free earliest first: one region over everything at first. */
byte order[UNITS];
byte regions = 1;
/* ALLOC-16, ALLOC-20: units that oneways may still take, half of the mapping at first. */
byte budget = UNITS / 2;

/* All below is 0 between two steps. */
byte want, best, chosen, length, at, place;
bit fits, later;

/* length: units from a place up to the next buffer or the end. */
inline measure(from) {
  length = 0;
  do
  :: from + length < UNITS && buffer[from + length] == FREE -> length++
  :: else -> break
  od
}

/* Takes an entry out of the list; the others keep their order. */
inline strike(entry) {
  regions--;
  place = entry;
  do
  :: place < regions -> order[place] = order[place + 1]; place++
  :: else -> break
  od;
  order[regions] = 0
}

inline append(start) {
  order[regions] = start;
  regions++
}

inline forget() {
  want = 0; best = 0; chosen = 0; length = 0; at = 0; place = 0; fits = 0; later = 0
}

/* ALLOC-21, ALLOC-22: the first of the smallest that are large enough, or fits is 0. */
inline search() {
  at = 0;
  do
  :: at < regions ->
     measure(order[at]);
     if
     :: length >= want && (!fits || length < best) -> fits = 1; best = length; chosen = at
     :: else
     fi;
     at++
  :: else -> break
  od
}

/* later: there is another region of exactly the size behind the chosen one; at is its entry. */
inline another() {
  at = chosen + 1;
  do
  :: at < regions && !later ->
     measure(order[at]);
     if
     :: length == want -> later = 1
     :: else -> at++
     fi
  :: else -> break
  od
}

/* ALLOC-24: the low end is taken, the rest is the youngest. */
inline take(oneway) {
  place = order[chosen];
  buffer[place] = want + (oneway -> ONEWAY : 0);
  at = place;
  strike(chosen);
  if
  :: best > want -> append(at + want)
  :: else
  fi;
  if
  :: oneway -> budget = budget - want
  :: else
  fi
}

/* ALLOC-12, ALLOC-13, ALLOC-16, ALLOC-19. ALLOC-23: any of the regions of exactly the size. */
inline allocate(data, offsets, oneway) {
  d_step {
    want = ROUNDED(data) + ROUNDED(offsets);
    if
    :: want == 0 -> want = 1
    :: else
    fi;
    if
    :: oneway && budget < want
    :: else -> search()
    fi;
    at = 0
  };
  if
  :: fits ->
     do
     :: best == want -> d_step { later = 0; another(); best = want };
        if
        :: later -> chosen = at
        :: else -> break
        fi
     :: break
     od;
     skip;
     d_step { take(oneway); forget() }
  :: else -> d_step { forget() }
  fi
}

/* ALLOC-18, ALLOC-25. */
inline release(first) {
  want = UNITS_OF(buffer[first]);
  if
  :: buffer[first] > ONEWAY -> budget = budget + want
  :: else
  fi;
  buffer[first] = FREE;
  best = first;
  /* The neighbours are struck from the list, and best becomes the start of the whole. */
  at = 0;
  do
  :: at < regions ->
     chosen = order[at];
     fits = chosen == first + want;
     if
     :: chosen < first ->
        /* The run that begins there now reaches over what was freed, if it is a neighbour. */
        measure(chosen);
        later = chosen + length > first;
        if
        :: later -> best = chosen
        :: else
        fi
     :: else -> later = 0
     fi;
     if
     :: fits || later -> strike(at)
     :: else -> at++
     fi
  :: else -> break
  od;
  append(best);
  forget()
}

#define FREED(first) :: d_step { first < UNITS && buffer[first] != FREE -> release(first) }

active proctype mapping() {
  do
  :: atomic { allocate(0, 0, 0) }
  :: atomic { allocate(5, 0, 0) }
  :: atomic { allocate(8, 8, 0) }
  :: atomic { allocate(17, 0, 0) }
  :: atomic { allocate(0, 0, 1) }
  :: atomic { allocate(5, 0, 1) }
  :: atomic { allocate(8, 8, 1) }
  :: atomic { allocate(17, 0, 1) }
  FREED(0)
  FREED(1)
  FREED(2)
  FREED(3)
  FREED(4)
  FREED(5)
  FREED(6)
  FREED(7)
  FREED(8)
  FREED(9)
  od
}
